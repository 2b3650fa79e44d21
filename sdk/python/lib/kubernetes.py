"""The other objects of the inventory."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .bindings import lent

if TYPE_CHECKING:
    from .stubs.wit_world.imports import kubernetes as _host
else:
    _host = lent("kubernetes")


def objects(kind: str = "") -> Iterator[dict[str, Any]]:
    """The objects of that kind, of every kind when it is empty; one at a time, for the memory's sake."""
    return map(json.loads, _host.list(kind))
