"""What people, the simulator and those on call meet through the proxy."""

import json
import re
from http import HTTPStatus

from local.rehearse.machines import DOMAIN
from local.rehearse.stage import STACK, Stage

SITE = f"https://{DOMAIN}"
API = f"https://api.{DOMAIN}"


def sign_up_to_timeline(stage: Stage) -> None:
    """Alice comes to the site, signs up and in, and writes; the API shows it. TLS is checked at both names."""
    ask = stage.outside.ask
    # After the very first start the proxy may still remember for a moment that nobody was there.
    stage.until("the site answers", lambda: ask(f"{SITE}/public", "--insecure")[0] == HTTPStatus.OK, 60)
    trust = ("--cacert", str(stage.folder / "tls.pem"))
    jar = ("--cookie-jar", str(stage.folder / "cookies"), "--cookie", str(stage.folder / "cookies"))
    form = (*trust, *jar, "--header", f"Origin: {SITE}")
    password = "a password of the rehearsal"  # noqa: S105  # of somebody who is thrown away
    fields = {"username": "Alice", "email": "alice@example.com", "password": password, "password2": password}
    steps = [
        ask(f"http://{DOMAIN}/public")[0],
        ask(f"{SITE}/register", *form, *_form(fields))[0],
        ask(f"{SITE}/login", *form, *_form({"username": "Alice", "password": password}))[0],
        ask(f"{SITE}/add_message", *form, *_form({"text": "Seen through the proxy"}))[0],
    ]
    home = ask(f"{SITE}/", *trust, *jar)[1]
    simulator = (*trust, "--user", f"simulator:{(stage.folder / 'simulator').read_text()}")
    status, messages = ask(f"{API}/msgs/Alice", *simulator)
    good = steps == [308, 303, 303, 303] and "Seen through the proxy" in home and status == 200
    good = good and [each["content"] for each in json.loads(messages)] == ["Seen through the proxy"]
    stage.show(
        "sign-up to timeline, TLS at both names", f"answers {steps}, the message at the site and the API", good=good
    )


def prometheus_sees_every_replica(stage: Stage) -> None:
    """As many targets are up as there are tasks, of each job that can run here; one database takes writes; the
    certificate is good at all four names."""

    def asked(expression: str) -> dict[str, int]:
        said = stage.inside("prometheus", "promtool", "query", "instant", "http://127.0.0.1:9090", expression)
        return {job: int(float(number)) for job, number in re.findall(r'job="(\w+)"} => (\S+)', said)}

    wanted = {
        "web": len(stage.tasks("web")),
        "api": len(stage.tasks("api")),
        "node": len(stage.tasks("node-exporter")),
        "postgres": 2,
        "nginx": 1,
        "alertmanager": 1,
        "prometheus": 1,
    }
    stage.until("Prometheus sees them", lambda: asked("sum by (job) (up)").items() >= wanted.items(), 90)
    primaries = {"postgres": 1}
    good_names = {"certificates": 4}

    def well() -> bool:
        primary = asked("sum by (job) (minitwit_server_primary)")
        return primary == primaries and asked("sum by (job) (probe_success)") == good_names

    stage.until("one database takes writes, and the certificate is good at each name", well, 90)
    stage.show("Prometheus sees every replica", f"{wanted}, {primaries} takes writes, {good_names} are good", good=True)


def log_lines_leave_the_containers(stage: Stage) -> None:
    """One request, followed from the proxy's line to the door's, where the lines have been shipped to."""
    _, body = stage.outside.ask(f"{SITE}/public", "--cacert", str(stage.folder / "tls.pem"), "--include")
    trace = re.findall(r"(?im)^x-request-id: (\w+)", body)[0]

    def shipped() -> list[dict[str, object]]:
        lines = stage.inside("elasticsearch", "grep", trace, "/tmp/lines").splitlines()  # noqa: S108  # the recorder's
        return [json.loads(line) for line in lines]

    seconds = stage.until("both lines have arrived", lambda: len(shipped()) == 2, 60)
    lines = {str(line["service.name"]): line for line in shipped()}
    door = lines["web"]
    fields = {"trace.id", "http.route", "http.request.method", "http.response.status_code", "event.duration"}
    stage.show(
        "log lines leave the containers with their fields",
        f"{trace} in the lines of {' and '.join(sorted(lines))}, {seconds:.1f} s after the answer",
        good=lines.keys() == {"nginx", "web"} and fields <= door.keys() and door["http.route"] == "/public",
    )


def _form(fields: dict[str, str]) -> list[str]:
    return [word for name, value in fields.items() for word in ("--data-urlencode", f"{name}={value}")]


def services(stage: Stage) -> str:
    """How many replicas of each service run, for who looks for what is missing."""
    return stage.manager("stack", "services", "--format", "{{.Name}} {{.Replicas}}", STACK)
