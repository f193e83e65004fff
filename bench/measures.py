"""One measured number, and the bound it has to keep, if there is one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` in `unit`; `of` says what it was made of. Without a bound it is for information."""

    name: str
    value: float
    unit: str
    of: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def broken(self) -> bool:
        """Is it outside of its bound?"""
        too_small = self.at_least is not None and self.value < self.at_least
        return too_small or (self.at_most is not None and self.value > self.at_most)

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else ""
