"""The images that Docker Hub would have, made from Debian's packages: same version, same name, in a mirror of our own.

What cannot be made (Grafana, Elasticsearch, Kibana, Filebeat) is not here: stack.yml beside this file says what stands
there.
"""

import subprocess
import tempfile
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

from local.rehearse.engine import Docker, Failed, run

STAND_INS = Path(__file__).parent / "stand_ins"
DEBIAN = "debian:bookworm-slim"
DROPLET = "droplet:bookworm"
MIRROR = "127.0.0.1:5001"
"""Where this machine pushes to; the droplets know the same registry by its address in their network."""

PROGRAMS = {
    "prom/prometheus:v2.42.0": ("prometheus", "prometheus"),
    "prom/alertmanager:v0.25.0": ("prometheus-alertmanager", "alertmanager"),
    "prom/node-exporter:v1.5.0": ("prometheus-node-exporter", "node_exporter"),
    "prom/blackbox-exporter:v0.23.0": ("prometheus-blackbox-exporter", "blackbox_exporter"),
    "prometheuscommunity/postgres-exporter:v0.11.1": ("prometheus-postgres-exporter", "postgres_exporter"),
    "nginx/nginx-prometheus-exporter:0.11.0": ("prometheus-nginx-exporter", "nginx-prometheus-exporter"),
}
"""Each image by its official name: Debian's package, and the program's name in the image."""

OURS = ("rehearsal/shipper:1", "rehearsal/recorder:1")
"""What stack.yml puts in the place of Filebeat and Elasticsearch."""


def make(docker: Docker) -> None:
    """Debian, the droplet, and the mirror with all that a stack pulls; what is there already is not made again."""
    if not docker("image", "ls", "--quiet", DEBIAN):
        _make_debian(docker)
    build(docker, DROPLET, "droplet")
    build(docker, "mirror", "mirror")
    build(docker, "nginx:1.30", "nginx")
    packages = " ".join(package for package, _ in PROGRAMS.values())
    for image, (package, program) in PROGRAMS.items():
        build(docker, image, "program", PACKAGES=packages, PACKAGE=package, PROGRAM=program)
    for image in OURS:
        build(docker, image, image.split("/")[1].split(":")[0])
    docker("run", "--detach", "--name", "mirror", "--publish", f"{MIRROR}:5000", "mirror")
    _await_mirror()
    for image in (DEBIAN, "nginx:1.30", *PROGRAMS, *OURS):
        name = f"{MIRROR}/{image if '/' in image else f'library/{image}'}"
        docker("tag", image, name)
        docker("push", "--quiet", name)


def build(docker: Docker, image: str, folder: str, **arguments: str) -> None:
    values = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    run(
        "env",
        "DOCKER_BUILDKIT=0",
        *docker.words,
        "build",
        "--quiet",
        "--tag",
        image,
        *values,
        str(STAND_INS / folder),
        timeout=600,
    )


def _await_mirror() -> None:
    """Docker's proxy takes connections before the registry behind it does. Raises `Failed` after half a minute."""
    deadline = time.monotonic() + 30.0
    while True:
        try:
            with urllib.request.urlopen(f"http://{MIRROR}/v2/", timeout=5.0):
                return
        except (OSError, HTTPException) as error:
            if time.monotonic() > deadline:
                raise Failed(f"The mirror does not answer at {MIRROR}: {error}") from None
        time.sleep(0.2)


def _make_debian(docker: Docker) -> None:
    with tempfile.TemporaryDirectory(prefix="minitwit-") as folder:
        archive = Path(folder, "debian.tar")
        with archive.open("wb") as output:
            made = subprocess.run(
                ["sh", STAND_INS / "debian.sh", f"{folder}/root"],
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=600,
                check=False,
            )
        if made.returncode:
            raise RuntimeError(f"Debian could not be made: {made.stderr.decode(errors='replace')[-1000:]}")
        docker("import", "--change", 'CMD ["bash"]', str(archive), DEBIAN, timeout=300)
