"""What a plugin says about itself: rules, subscriptions, patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from .bindings import Confidence, Severity, types


@dataclass(frozen=True, slots=True)
class Rule:
    """The metadata of one rule."""

    id: str
    """Lower-case words joined by `-`."""
    title: str
    _: KW_ONLY
    severity: Severity = Severity.MEDIUM
    """How much it matters if it is true."""
    confidence: Confidence = Confidence.HIGH
    """How sure the rule is."""
    attack: Sequence[str] = ()
    """MITRE ATT&CK technique ids."""
    controls: Sequence[str] = ()
    """Framework ids."""
    remediation: str = ""
    """What to do about it."""
    references: Sequence[str] = ()
    """Pages to read."""

    def to_raw(self) -> types.Rule:
        """As the host wants it."""
        return types.Rule(
            id=self.id,
            title=self.title,
            severity=self.severity,
            confidence=self.confidence,
            attack=list(self.attack),
            controls=list(self.controls),
            remediation=self.remediation,
            references=list(self.references),
        )


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a plugin wants to see."""

    kind: str
    """`process.exec`, `file.content`, `k8s.object` ..."""
    fields: Sequence[str]
    """What every row has."""
    where: str | None = None
    """Only these events; the host tests it, so that the others cost nothing here:
    `container.id exists and exe.name in ("sh", "bash")`."""

    def to_raw(self) -> types.Subscription:
        """As the host wants it."""
        return types.Subscription(self.kind, list(self.fields), self.where)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bytes that the host looks for in every file; a hit reaches the subscription to `file.content`."""

    id: int
    """The plugin's choice; hits carry it."""
    source: types.PatternSource
    ignore_case: bool = False
    files: str | None = None
    """Only files whose path matches this glob."""

    @classmethod
    def literal(
        cls, id: int, bytes: bytes, *, ignore_case: bool = False, files: str | None = None
    ) -> Pattern:
        """These bytes."""
        return cls(id, types.PatternSource_Literal(bytes), ignore_case, files)

    @classmethod
    def regex(cls, id: int, regex: str, *, ignore_case: bool = False, files: str | None = None) -> Pattern:
        """A regular expression in RE2 syntax over bytes; its first capture group, if it has one, is the
        text of the hit. One that must contain three fixed bytes is searched for much faster."""
        return cls(id, types.PatternSource_Regex(regex), ignore_case, files)

    def to_raw(self) -> types.Pattern:
        """As the host wants it."""
        return types.Pattern(self.id, self.source, self.ignore_case, self.files)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rules, subscriptions and patterns of a plugin."""

    rules: Sequence[Rule]
    subscriptions: Sequence[Subscription]
    patterns: Sequence[Pattern] = ()

    def to_raw(self) -> types.Manifest:
        """As the host wants it."""
        return types.Manifest(
            [rule.to_raw() for rule in self.rules],
            [subscription.to_raw() for subscription in self.subscriptions],
            [pattern.to_raw() for pattern in self.patterns],
        )
