"""A host for tests: what the plugin is lent when it runs in an ordinary Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .bindings import Err, lent
from .process import Ancestor

_WINDOW = 64 * 1024


@dataclass
class Event:
    """One event: the fields of its row, and what the plugin may ask about it."""

    fields: Mapping[str, str | int | bool | Sequence[str] | Sequence[int] | None] = field(
        default_factory=dict
    )
    at: int = 0
    """When it happened, in milliseconds from any beginning; the clock of `state`."""
    content: bytes | None = None
    """The bytes of its file."""
    ancestors: Sequence[Ancestor] = ()
    """The ancestors of its process, parent first; `ancestor` makes one."""


@dataclass
class World:
    """Everything the fake host knows."""

    events: Sequence[Event] = ()
    """By row of the batch that is being judged."""
    files: dict[str, bytes] = field(default_factory=dict)
    """The ruleset's content files."""
    objects: list[dict[str, Any]] = field(default_factory=list)
    """The objects of the inventory."""
    lines: list[str] = field(default_factory=list)
    """What the plugin wrote: `INFO: a line`."""
    _kept: dict[str, tuple[str, int]] = field(default_factory=dict)

    def install(self) -> None:
        """From now on this is the host."""
        functions: dict[str, dict[str, Callable[..., Any]]] = {
            "log": {"write": self._write},
            "ruleset": {"files": self._files, "read": self._read_file},
            "content": {"read": self._read_content},
            "process": {"ancestors": self._ancestors},
            "kubernetes": {"list": self._list},
            "state": {"get": self._get, "set": self._set, "increment": self._increment},
        }
        for capability, members in functions.items():
            module = lent(capability)
            for name, function in members.items():
                setattr(module, name, function)

    def _write(self, level: Any, message: str) -> None:
        self.lines.append(f"{level.name}: {message}")

    def _files(self) -> list[str]:
        return sorted(self.files)

    def _read_file(self, path: str) -> bytes:
        if path not in self.files:
            raise Err(f"no file `{path}` in the ruleset")
        return self.files[path]

    def _read_content(self, row: int, offset: int, length: int) -> bytes:
        content = self.events[row].content
        if content is None:
            raise Err("the row has no content")
        return content[offset : offset + min(length, _WINDOW)]

    def _ancestors(self, row: int) -> list[Ancestor]:
        return list(self.events[row].ancestors)

    def _list(self, kind: str) -> list[str]:
        return [json.dumps(each) for each in self.objects if kind in ("", each.get("kind"))]

    def _live(self, row: int, key: str) -> tuple[str, int] | None:
        kept = self._kept.get(key)
        return kept if kept is not None and self.events[row].at < kept[1] else None

    def _get(self, row: int, key: str) -> str | None:
        kept = self._live(row, key)
        return None if kept is None else kept[0]

    def _set(self, row: int, key: str, value: str, ttl_ms: int) -> None:
        self._kept[key] = (value, self.events[row].at + ttl_ms)

    def _increment(self, row: int, key: str, by: int, ttl_ms: int) -> int:
        value, expires = self._live(row, key) or ("0", self.events[row].at + ttl_ms)
        try:
            after = int(value) + by
        except ValueError:
            raise Err(f"the value of `{key}` is no number") from None
        self._kept[key] = (str(after), expires)
        return after
