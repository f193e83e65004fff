"""The machines: made by Vagrant from the project's own Vagrantfile, with droplets.rb in the place of DigitalOcean."""

from dataclasses import dataclass
from pathlib import Path

from local.rehearse import images
from local.rehearse.engine import SOCKET, Docker, run

ROOT = Path(__file__).parents[2]
DOMAIN = "minitwit.example"
OUTSIDE = "10.240.0"
NETWORKS = {"outside": f"{OUTSIDE}.0/24", "private": "10.241.0.0/24"}
FIXED = {"mirror": f"{OUTSIDE}.2", "client": f"{OUTSIDE}.3"}


@dataclass(frozen=True, slots=True)
class Machine:
    """One droplet: what runs on it, and what happens to it."""

    name: str
    engine: Docker

    def run(self, *words: str, given: str | bytes = "", timeout: float = 120) -> str:
        """What a command prints there, as root."""
        return self.engine("exec", "--interactive", self.name, *words, given=given, timeout=timeout)

    @property
    def docker(self) -> Docker:
        """The engine on this machine."""
        return Docker((*self.engine.words, "exec", "--interactive", self.name, "docker"))

    @property
    def address(self) -> str:
        """Where it is reached from outside."""
        return self.engine("inspect", "--format", "{{.NetworkSettings.Networks.outside.IPAddress}}", self.name)

    def kill(self) -> None:
        """As if its power were cut: nothing is asked, nothing is finished."""
        self.engine("kill", "--signal", "KILL", self.name)

    def start(self) -> None:
        self.engine("start", self.name)


@dataclass(frozen=True, slots=True)
class Vagrant:
    """Vagrant on the project's Vagrantfile, by an operator who has a folder of his own."""

    folder: Path
    chosen: dict[str, str]

    def __call__(self, *words: str, timeout: float = 900) -> str:
        environment = {
            "HOME": str(self.folder),
            "VAGRANT_HOME": str(self.folder),
            "VAGRANT_DOTFILE_PATH": str(self.folder / "machines"),
            "VAGRANT_CHECKPOINT_DISABLE": "1",
            "DOCKER_HOST": f"unix://{SOCKET}",
            "MIRROR": f"{FIXED['mirror']}:5000",
            "NAME_SERVER": _name_server(),
        }
        values = [f"{name}={value}" for name, value in (environment | self.chosen).items()]
        return run("env", f"--chdir={ROOT}", *values, "vagrant", *words, timeout=timeout)


def prepare(docker: Docker, folder: Path, workers: int) -> Vagrant:
    """The two networks with the mirror and the client in them, and an operator who has made his choices."""
    for name, subnet in NETWORKS.items():
        docker("network", "create", "--subnet", subnet, "--gateway", subnet.replace("0/24", "1"), name)
    docker("network", "connect", "--ip", FIXED["mirror"], "outside", "mirror")
    docker(
        "run",
        "--detach",
        "--name",
        "client",
        "--network",
        "outside",
        "--ip",
        FIXED["client"],
        images.DEBIAN,
        "sleep",
        "infinity",
    )
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key"))
    certify(folder, "tls")
    (folder / "simulator").write_text("super_safe!")  # the public simulator knows no other, and speaks plain http
    (folder / "Vagrantfile").write_text(f'require "{Path(__file__).with_name("droplets.rb")}"\n')
    return Vagrant(
        folder,
        {
            "DIGITALOCEAN_TOKEN": "none-is-needed-here",
            "DOMAIN": DOMAIN,
            "REPOSITORY": "/srv/minitwit.git",
            "WORKERS": str(workers),
            "PUBLIC_SIMULATOR": "true",
            "SSH_KEY": str(folder / "key"),
            "TLS_CERTIFICATE_FILE": str(folder / "tls.pem"),
            "TLS_KEY_FILE": str(folder / "tls.key"),
            "SIMULATOR_PASSWORD_FILE": str(folder / "simulator"),
        },
    )


def certify(folder: Path, name: str) -> Path:
    """A certificate of 30 days for the four names, its own authority: NAME.pem, and NAME.key beside it."""
    names = "subjectAltName=" + ",".join(f"DNS:{host}{DOMAIN}" for host in ("", "api.", "grafana.", "kibana."))
    key = (
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(folder / f"{name}.key"),
    )
    made = folder / f"{name}.pem"
    run(
        *("openssl", "req", "-x509", *key, "-days", "30"),
        *("-subj", f"/CN={DOMAIN}", "-addext", names),
        "-out",
        str(made),
    )
    return made


def _name_server() -> str:
    """The one that this machine asks."""
    lines = Path("/etc/resolv.conf").read_text("utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("nameserver"))
