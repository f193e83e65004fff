"""The tests of a door, collected once more for another way to that door."""

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any


def again(*modules: ModuleType, without: frozenset[str] = frozenset()) -> dict[str, Callable[..., Any]]:
    """Every test of these modules, its marks included, but those named in `without`; each name begins with the
    module's. Raises `ValueError` when a name in `without` is no test's."""
    found: dict[str, Callable[..., Any]] = {}
    left = set(without)
    for module in modules:
        for name, test in vars(module).items():
            if not isinstance(test, FunctionType) or not name.startswith("test_"):
                continue
            if name in without:
                left.discard(name)
                continue
            twin = FunctionType(test.__code__, test.__globals__, name, test.__defaults__, test.__closure__)
            twin.__dict__.update(test.__dict__)
            marks = getattr(module, "pytestmark", [])
            for mark in marks if isinstance(marks, list) else [marks]:
                twin = mark(twin)
            found[f"{module.__name__.rpartition('.')[2]}_{name.removeprefix('test_')}"] = twin
    if left:
        raise ValueError(f"no such tests: {', '.join(sorted(left))}")
    return found
