"""deploy/prometheus and deploy/alertmanager as they are, but for where things are found: a swarm has names, this
machine addresses."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from local.watch.proxy import substituted

DEPLOY = Path(__file__).parents[2] / "deploy"

Addresses = Mapping[str, Sequence[str]]
"""`{"tasks.web": ["127.0.0.2:8000", "127.0.0.3:8000"]}`; a name that is missing has no replica."""


def prometheus(
    folder: Path,
    addresses: Addresses,
    certificates: Sequence[str],
    seconds: float | None = None,
    windows: Mapping[str, str] | None = None,
    *,
    by_name: Collection[str] = (),
) -> Path:
    """Write prometheus.yml and what it refers to. `seconds` between two looks, and between two evaluations, in the
    place of what stands there; `windows` in the place of others, `{"5m": "20s"}`, where a run is short. The names of
    `by_name` are left to a name server."""
    (folder / "rules").mkdir()
    for path in (DEPLOY / "prometheus" / "rules").glob("*.yml"):
        (folder / "rules" / path.name).write_text(shortened(path.read_text("utf-8"), windows or {}), "utf-8")
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    for place in (*config["scrape_configs"], *config["alerting"]["alertmanagers"]):
        if not any(name in by_name for each in place.get("dns_sd_configs", ()) for name in each["names"]):
            found(place, addresses)
    if seconds is not None:
        length = f"{int(seconds * 1000)}ms"
        config["global"] |= {"scrape_interval": length, "scrape_timeout": length, "evaluation_interval": length}
        for job in config["scrape_configs"]:
            job.pop("scrape_interval", None)
    (folder / "certificates.yml").write_text(yaml.safe_dump([{"targets": list(certificates)}]), "utf-8")
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return path


def shortened(text: str, windows: Mapping[str, str]) -> str:
    """Expressions with other windows."""
    for long, short in windows.items():
        text = text.replace(f"[{long}]", f"[{short}]")
    return text


def found(place: dict[str, Any], addresses: Addresses) -> None:
    """Replace names by addresses in one job; nothing else changes."""
    if names := place.pop("dns_sd_configs", None):
        asked = [address for each in names for name in each["names"] for address in addresses.get(name, ())]
        place["static_configs"] = [{"targets": asked}]
    for each in place.get("static_configs", ()):
        each["targets"] = [where for target in each["targets"] for where in addresses.get(target, (target,))]
    for rule in place.get("relabel_configs", ()):
        if rule.get("replacement") in addresses:
            rule["replacement"] = addresses[rule["replacement"]][0]


def alertmanager(folder: Path, values: Mapping[str, str]) -> Path:
    """Write alertmanager.yml with these values, and secrets that nobody knows."""
    text = substituted((DEPLOY / "alertmanager" / "alertmanager.yml.template").read_text("utf-8"), values)
    for name in ("smtp_password", "webhook_token"):
        (folder / name).write_text(f"the {name}", "utf-8")
    path = folder / "alertmanager.yml"
    path.write_text(text.replace("/run/secrets/", f"{folder}/"), "utf-8")
    return path
