"""Building an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from .bindings import Outcome, types

if TYPE_CHECKING:
    from .batch import Row


@dataclass(slots=True)
class Location:
    """Where in the file. Lines and columns count from 1."""

    offset: int | None = None
    length: int | None = None
    line: int | None = None
    column: int | None = None


@dataclass(slots=True)
class Finding:
    """What a rule says about a row."""

    row: Row
    rule: str
    """The rule's id."""
    message: str
    _: KW_ONLY
    outcome: Outcome = Outcome.FAIL
    evidence: Mapping[str, str | int | None] = field(default_factory=dict)
    """What the rule saw, never a secret. A value of `None` is left out."""
    location: Location | None = None
    """Where in the file."""
    container: str | None = None
    """The container inside the object."""
    failed_paths: Sequence[str] = ()
    """Paths inside the object: `spec.containers[0].image`."""
    fixes: Mapping[str, str] = field(default_factory=dict)
    """Changes that would make the rule pass: path and value."""
    distinct: str | None = None
    """What tells it from another finding of the same rule on the same subject. With `=` in front it is
    the whole identity, and the subject's path does not count."""

    def to_raw(self, rule: int) -> types.Finding:
        """As the host wants it, once the rule's place is known."""
        location = self.location
        return types.Finding(
            row=self.row.index,
            rule=rule,
            outcome=self.outcome,
            message=_text(self.message),
            container=_optional(self.container),
            location=None
            if location is None
            else types.Location(location.offset, location.length, location.line, location.column),
            failed_paths=[_text(path) for path in self.failed_paths],
            fix_paths=[types.Fix(_text(path), _text(value)) for path, value in self.fixes.items()],
            evidence=[
                (_text(key), _text(value)) for key, value in self.evidence.items() if value is not None
            ],
            distinct=_optional(self.distinct),
        )


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    """A text that is valid Unicode: half of a surrogate pair, as `json` may leave one, would end the
    instance at the boundary."""
    text = value if type(value) is str else str(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
