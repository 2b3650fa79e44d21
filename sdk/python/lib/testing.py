"""Running a plugin in an ordinary Python: rows by field name in, findings by rule id out.

    from merlon.testing import Harness

    def test_bash_in_a_container_is_found():
        harness = Harness(ShellInContainer)
        [answer] = harness.judge("process.exec", {"exe": "/bin/bash", "container.id": "web"})
        assert answer.rule == "shell-in-container"

Prefilters are the host's: the harness shows every row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .bindings import Outcome, types
from .fake import Event, World
from .finding import Location
from .manifest import Manifest
from .plugin import Instance, Plugin
from .process import Ancestor

__all__ = ["Answer", "Event", "Harness", "World", "ancestor"]


@dataclass(frozen=True)
class Answer:
    """A finding as the host would get it, with its rule's id."""

    rule: str
    row: int
    message: str
    outcome: Outcome
    evidence: dict[str, str]
    location: Location | None
    container: str | None
    failed_paths: list[str]
    fixes: dict[str, str]
    distinct: str | None


class Harness:
    """A plugin with these settings, in a world of its own that stays from one batch to the next."""

    def __init__(
        self, plugin: type[Plugin], settings: Mapping[str, Any] | None = None, world: World | None = None
    ) -> None:
        """Raises `PluginError` when the plugin refuses the settings."""
        self.world = world or World()
        self.world.install()
        self._instance = Instance(plugin, json.dumps(settings or {}))

    @property
    def manifest(self) -> Manifest:
        """What the plugin said about itself."""
        return self._instance.manifest

    def judge(self, kind: str, *rows: Event | Mapping[str, Any]) -> list[Answer]:
        """Shows the rows, as one batch, to every subscription of that kind. A row is an `Event`, or only
        its fields. Raises `PluginError` when the plugin cannot answer."""
        events = [row if isinstance(row, Event) else Event(row) for row in rows]
        self.world.events = events
        self.world.install()
        answers: list[Answer] = []
        asked = False
        for place, subscription in enumerate(self.manifest.subscriptions):
            if subscription.kind == kind:
                asked = True
                batch = _batch(place, subscription.fields, events)
                answers.extend(map(self._answer, self._instance.evaluate(batch)))
        if not asked:
            raise LookupError(f"the plugin does not subscribe to {kind}")
        return answers

    def _answer(self, raw: types.Finding) -> Answer:
        place = raw.location
        return Answer(
            rule=self.manifest.rules[raw.rule].id,
            row=raw.row,
            message=raw.message,
            outcome=raw.outcome,
            evidence=dict(raw.evidence),
            location=None
            if place is None
            else Location(place.offset, place.length, place.line, place.column),
            container=raw.container,
            failed_paths=raw.failed_paths,
            fixes={fix.path: fix.value for fix in raw.fix_paths},
            distinct=raw.distinct,
        )


def ancestor(exe: str, *argv: str, pid: int = 1, uid: int = 0) -> Ancestor:
    """A process above the one that a row is about."""
    comm = exe.rpartition("/")[2][:15]
    return Ancestor(exec_id=f"exec-{pid}", pid=pid, exe=exe, argv=list(argv), comm=comm, uid=uid, euid=uid)


def _batch(place: int, fields: Sequence[str], events: Sequence[Event]) -> types.Batch:
    symbols: dict[str, int] = {}

    def symbol(text: str) -> int:
        return symbols.setdefault(text, len(symbols) + 1)

    columns: list[Any] = [_column([event.fields.get(name) for event in events], symbol) for name in fields]
    return types.Batch(subscription=place, rows=len(events), strings=["", *symbols], columns=columns)


def _column(values: Sequence[Any], symbol: Any) -> Any:
    """The first value that tells its type decides; a column without one has none."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    if isinstance(known[0], str):
        return types.Column_Texts([0 if value is None else symbol(value) for value in values])
    if isinstance(known[0], bool):
        return types.Column_Flags(bytes(2 if value is None else int(value) for value in values))
    if isinstance(known[0], int):
        return types.Column_Numbers([2**64 - 1 if value is None else value for value in values])
    items = [item for value in known for item in value]
    ends = [0]
    for value in values:
        ends.append(ends[-1] + len(value or ()))
    if not items:
        return None
    if isinstance(items[0], str):
        return types.Column_TextLists(types.TextLists(ends[1:], [symbol(item) for item in items]))
    return types.Column_NumberLists(types.NumberLists(ends[1:], items))
