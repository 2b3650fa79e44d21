"""Why a plugin cannot answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from .bindings import Err


class PluginError(Exception):
    """Why the plugin refuses its settings or cannot judge a batch, in a sentence for the operator.

    Raised in `__init__`, `manifest` or `evaluate`, it is the answer to the host; the policy's `on_fault`
    decides what that means. Every other exception is a bug and costs the instance.
    """


class HostError(PluginError):
    """What the host refused. A plugin that does not catch it cannot answer."""


@contextmanager
def refusals() -> Iterator[None]:
    """Raises what the host refuses as a `HostError`."""
    refused = None
    try:
        yield
    except Err as error:
        refused = str(error.value)
    if refused is not None:
        raise HostError(refused)
