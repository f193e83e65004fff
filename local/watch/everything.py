"""Starts all of it in the order in which each needs the one before, and says where it is."""

import socket
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.simulator import Simulator
from core.settings import Settings, child_environment
from local.postgres import Programs, Server, free_port
from local.watch import configuration, names, programs, proxy
from local.watch.databases import primary_and_standby
from local.watch.processes import Processes
from local.words import CannotRun

DOMAIN = "localhost"
"""Browsers lead it and `api.` before it to this machine."""

REPLICAS = ("127.0.0.2", "127.0.0.3")
"""Where the replicas of a door listen, all at one port, as a swarm's tasks do."""


@dataclass
class Everything:
    """Where it is, and what runs."""

    folder: Path
    primary: Server
    standby: Server
    processes: Processes
    certificate: Path
    ports: dict[str, int]
    addresses: dict[str, list[str]] = field(default_factory=dict)
    name_server: names.Names = field(init=False)

    @property
    def site(self) -> str:
        return f"https://{DOMAIN}:{self.ports['https']}"

    @property
    def api(self) -> str:
        return f"https://api.{DOMAIN}:{self.ports['https']}"

    @property
    def plain_api(self) -> str:
        return f"http://api.{DOMAIN}:{self.ports['http']}"

    @property
    def prometheus(self) -> str:
        return f"http://127.0.0.1:{self.ports['prometheus']}"

    @property
    def alertmanager(self) -> str:
        return f"http://127.0.0.1:{self.ports['alertmanager']}"


@contextmanager
def running(
    folder: Path,
    postgres: Programs,
    ports: Mapping[str, int],
    *,
    seconds: float | None = None,
    windows: Mapping[str, str] | None = None,
    by_name: bool = False,
) -> Iterator[Everything]:
    """`ports` of `https`, `http`, `prometheus`, `alertmanager`, `web`, `api`, `names`; what is not stated is free.
    `seconds` and `windows` as `configuration.prometheus` takes them; `by_name` leaves the doors' replicas to the name
    server, which this machine has to ask then. Raises `CannotRun`."""
    programs.path("prometheus")  # all are looked for before any is started
    _look_at(ports)
    with ExitStack() as stack:
        primary, standby = stack.enter_context(primary_and_standby(postgres))
        parts = ("https", "http", "status", "prometheus", "alertmanager", "web", "api")
        all_ports = {name: free_port() for name in parts} | {"names": 0} | {**ports}
        here = Everything(folder, primary, standby, Processes(folder, stack), _certificate(folder), all_ports)
        _doors(here)
        _proxy(here, stack)
        _exporters(here)
        _prometheus(here, seconds, windows, {"tasks.web", "tasks.api"} if by_name else set())
        yield here


def _look_at(ports: Mapping[str, int]) -> None:
    for name, port in ports.items():
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                raise CannotRun(
                    f"Port {port}, meant for {name}, is in use: stop the program that listens there."
                ) from None


def _certificate(folder: Path) -> Path:
    names = f"subjectAltName=DNS:{DOMAIN},DNS:api.{DOMAIN}"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-addext", names]
    files = ["-subj", f"/CN={DOMAIN}", "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([programs.path("openssl"), "req", "-x509", *made, *files], check=True, capture_output=True)
    return folder / "certificate.pem"


def _doors(here: Everything) -> None:
    for door, package, role in (("web", "web_aiohttp", "minitwit_site"), ("api", "api_starlette", "minitwit_api")):
        port = here.ports[door]
        for number, host in enumerate(REPLICAS, start=1):
            environment = child_environment(
                DATABASE_URL=here.primary.cluster.url(here.primary.port, role),
                DATABASE_URL_FILE=None,
                HOST=host,
                WEB_PORT=str(port),
                API_PORT=str(port),
                HTTPS="true",
                LOG_FORMAT="json",
            )
            words = [sys.executable, "-m", package]
            here.processes.start(f"{door}-{number}", words, f"http://{host}:{port}/readyz", environment)
        here.addresses[f"tasks.{door}"] = [f"{host}:{port}" for host in REPLICAS]


def _proxy(here: Everything, stack: ExitStack) -> None:
    known = here.name_server = stack.enter_context(names.name_server(here.ports["names"]))
    known.addresses = {name: list(REPLICAS) for name in here.addresses}
    folder = here.folder / "nginx"
    upstream = {door: f"tasks.{door}:{here.addresses[f'tasks.{door}'][0].partition(':')[2]}" for door in ("web", "api")}
    values = {
        "DOMAIN": DOMAIN,
        "PAGES": str(proxy.FOLDER / "pages"),
        "TLS_CERTIFICATE": str(here.certificate),
        "TLS_KEY": str(here.folder / "key.pem"),
        "KIBANA_AUTHORITY": str(here.certificate),
        "RESOLVER": f"127.0.0.1:{known.port}",
        "WEB_UPSTREAM": upstream["web"],
        "API_UPSTREAM": upstream["api"],
        "API_PLAIN_HTTP": "true",
        **{f"LISTEN_{name.upper()}": f"127.0.0.1:{here.ports[name]}" for name in ("http", "https", "status")},
    }
    proxy.render(folder, proxy.defaults() | values)
    here.processes.start("nginx", proxy.command(folder), f"http://127.0.0.1:{here.ports['status']}/healthz")


def _exporters(here: Everything) -> None:
    (here.folder / "textfile").mkdir()
    cluster, port = here.primary.cluster, here.primary.port
    source = f"{cluster.url(port, 'minitwit_metrics')}?sslmode=disable"
    deploy = configuration.DEPLOY
    trusting = child_environment(SSL_CERT_FILE=str(here.certificate))
    for name, flag, words, environment in (
        (
            "nginx-exporter",
            "-web.listen-address=",
            [f"-nginx.scrape-uri=http://127.0.0.1:{here.ports['status']}/status"],
            None,
        ),
        (
            "postgres-exporter",
            "--web.listen-address=",
            [f"--extend.query-path={deploy}/postgres_exporter/queries.yaml", "--disable-settings-metrics"],
            child_environment(DATA_SOURCE_NAME=source),
        ),
        ("node-exporter", "--web.listen-address=", [f"--collector.textfile.directory={here.folder}/textfile"], None),
        ("blackbox-exporter", "--web.listen-address=", [f"--config.file={deploy}/prometheus/blackbox.yml"], trusting),
        ("elasticsearch-exporter", "--web.listen-address=", ["--es.uri=http://127.0.0.1:9"], None),
    ):
        address = f"127.0.0.1:{free_port()}"
        program = programs.path(f"prometheus-{name}")
        here.processes.start(name, [program, f"{flag}{address}", *words], f"http://{address}/metrics", environment)
        here.addresses[f"tasks.{name}"] = [address]
    here.addresses["blackbox-exporter:9115"] = here.addresses["tasks.blackbox-exporter"]


def _prometheus(
    here: Everything, seconds: float | None, windows: Mapping[str, str] | None, by_name: Collection[str]
) -> None:
    folder = here.folder / "prometheus"
    folder.mkdir()
    nobody = {
        "SMTP_HOST": "127.0.0.1:9",
        "SMTP_USER": "",
        "MAIL_FROM": "minitwit@localhost",
        "MAIL_TO": "you@localhost",
    }
    config = configuration.alertmanager(folder, nobody | {"WEBHOOK_URL": "http://127.0.0.1:9/"})
    for name in ("alertmanager", "prometheus"):
        here.addresses[f"tasks.{name}"] = [f"127.0.0.1:{here.ports[name]}"]
    here.addresses["localhost:9090"] = here.addresses["tasks.prometheus"]
    flags = [f"--config.file={config}", f"--storage.path={folder}/alerts", "--cluster.listen-address="]
    alertmanager = [programs.path("prometheus-alertmanager"), *flags]
    address = here.addresses["tasks.alertmanager"][0]
    here.processes.start(
        "alertmanager", [*alertmanager, f"--web.listen-address={address}"], f"http://{address}/-/ready"
    )
    certificates = [f"{DOMAIN}:{here.ports['https']}"]  # only browsers know where the API's name leads
    config = configuration.prometheus(folder, here.addresses, certificates, seconds, windows, by_name=by_name)
    flags = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder}/data",
        "--web.enable-lifecycle",
        "--log.level=warn",
    ]
    address = here.addresses["tasks.prometheus"][0]
    words = [programs.path("prometheus"), *flags, f"--web.listen-address={address}"]
    here.processes.start("prometheus", words, f"http://{address}/-/ready")


def simulator(here: Everything, settings: Settings) -> Simulator:
    """One that plays to the API through nginx, over plain http as the public one does."""
    made = Simulator(f"http://127.0.0.1:{here.ports['http']}", settings.simulator_username, settings.simulator_password)
    made.headers["Host"] = f"api.{DOMAIN}:{here.ports['http']}"  # a name that only browsers know the way to
    return made


def still(here: Everything) -> None:
    """Raise `CannotRun` when something ended by itself."""
    if name := here.processes.ended():
        raise CannotRun(f"{name} ended, so everything was stopped.")
