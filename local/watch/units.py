"""Numbers as a person reads them, in the units that the dashboards use."""

from collections.abc import Callable


def spoken(value: float, unit: str) -> str:
    """`0.0123` in `s` is `12.3 ms`."""
    if value != value:  # noqa: PLR0124  # not a number
        return "–"
    return SPOKEN[unit](value)


def _percent(value: float) -> str:
    return f"{value * 100:.3g} %" if abs(value) < 0.99 else f"{value * 100:.4g} %"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:.3g}"


def _seconds(value: float) -> str:
    size = abs(value)
    for limit, factor, name in ((1e-3, 1e6, "µs"), (1, 1e3, "ms"), (120, 1, "s"), (7200, 1 / 60, "min")):
        if size < limit:
            return f"{value * factor:.3g} {name}" if value else "0 s"
    return f"{value / 3600:.3g} h"


def _scaled(value: float, step: int, names: tuple[str, ...]) -> str:
    for name in names:
        if abs(value) < step or name == names[-1]:
            return f"{value:.3g} {name}"
        value /= step
    return ""


SPOKEN: dict[str, Callable[[float], str]] = {
    "s": _seconds,
    "d": lambda value: f"{value:.3g} days",
    "bytes": lambda value: _scaled(value, 1024, ("B", "KiB", "MiB", "GiB", "TiB")),
    "percentunit": _percent,
    "reqps": lambda value: f"{value:.3g} req/s",
    "ops": lambda value: f"{value:.3g} ops/s",
    "short": lambda value: _scaled(value, 1000, ("", "k", "M", "G")).strip(),
    "none": _plain,
}
"""By Grafana's names of the units that we use."""
