"""What `wit/merlon.wit` says, in Python.

A component brings its own `wit_world`, made when it is built. Everywhere else the stubs beside this file
take its place: the same types, and functions that `merlon.testing` fills with a fake host.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.platform != "wasi":
    from .stubs.componentize_py_types import Err
    from .stubs.wit_world.imports import types
    from .stubs.wit_world.imports.types import Confidence, Outcome, Severity

    _WORLD = f"{__package__}.stubs.wit_world"
else:
    from componentize_py_types import Err
    from wit_world.imports import types
    from wit_world.imports.types import Confidence, Outcome, Severity

    _WORLD = "wit_world"

__all__ = ["Confidence", "Err", "Outcome", "Severity", "lent", "types"]


def lent(capability: str) -> ModuleType:
    """The host's functions of one capability."""
    try:
        return importlib.import_module(f"{_WORLD}.imports.{capability}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"the component was built without the capability `{capability}`: "
            f"import it where the build sees it, `from merlon import {capability}`"
        ) from error
