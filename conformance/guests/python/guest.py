"""The conformance guest in Python; `conformance/guests/README.md` says what it does."""

from collections.abc import Callable, Iterator

import evidence
from evidence import FIELDS, Evidence
from merlon import (
    Batch,
    Confidence,
    Finding,
    Location,
    Manifest,
    Outcome,
    Pattern,
    Plugin,
    PluginError,
    Row,
    Rule,
    Settings,
    Severity,
    Subscription,
    export,
    log,
)

# Modes with one finding of rule 0 per row, and its evidence.
DETAILS: dict[str, Callable[[Row], Evidence]] = {
    "echo": evidence.echo,
    "state": evidence.keep,
    "ancestors": evidence.ancestors,
    "content": evidence.windows,
    "ruleset": evidence.files,
    "kubernetes": evidence.inventory,
    "wasi": evidence.wasi,
}
OUTCOMES = (Outcome.FAIL, Outcome.PASS, Outcome.SKIP)


class Guest(Plugin):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        mode = settings.get("mode", "echo")
        if mode == "refuse":
            raise PluginError("refused: é")
        self.mode = self.mode_of(mode)

    def mode_of(self, name: str) -> Callable[[Batch], Iterator[Finding]]:
        detail = DETAILS.get(name)
        if detail is not None:
            return lambda batch: (plain(row, detail(row)) for row in batch)
        modes: dict[str, Callable[[Batch], Iterator[Finding]]] = {
            "settings": lambda batch: (plain(row, {"settings": self.settings.text}) for row in batch),
            "full": lambda batch: map(full, batch),
            "none": lambda batch: iter(()),
            "backwards": lambda batch: reversed([plain(row) for row in batch]),
            "large": large,
            "excess": excess,
            "error": refuse,
            "trap": trap,
            "loop": loop,
            "log": log_lines,
        }
        if name not in modes:
            raise PluginError(f"unknown mode {name}")
        return modes[name]

    def manifest(self) -> Manifest:
        where = {"file.content": "hits > 0"}
        return Manifest(
            rules=[
                Rule("echo", "What the plugin was given", severity=Severity.INFO),
                Rule(
                    "full",
                    "Every field of a finding ✓",
                    severity=Severity.CRITICAL,
                    confidence=Confidence.LOW,
                    attack=["T1059.004", "T1204"],
                    controls=["C-0001", "NSA:x"],
                    remediation="Do this.",
                    references=["https://example.org/a?b=ü"],
                ),
            ],
            subscriptions=[Subscription(kind, fields, where.get(kind)) for kind, fields in FIELDS.items()],
            patterns=[
                Pattern.regex(1, "mirror-([a-z0-9]+)"),
                Pattern.literal(2, b"\xff\x00\xfe"),
                Pattern.literal(3, b"MiRrOr-NoCaSe", ignore_case=True, files="*.txt"),
            ],
        )

    def evaluate(self, batch: Batch) -> Iterator[Finding]:
        return self.mode(batch)


def plain(row: Row, evidence: Evidence | None = None) -> Finding:
    return Finding(row, "echo", f"{row.kind} {row.index}", evidence=evidence or {})


def full(row: Row) -> Finding:
    return Finding(
        row,
        "full",
        f"{row.kind} {row.index}",
        outcome=OUTCOMES[row.index % 3],
        evidence={"k": "v", "ü": "日本"},
        location=Location(offset=7, length=3, line=2, column=5),
        container="app",
        failed_paths=["a.b", "c[0]"],
        fixes={"a.b": "false"},
        distinct=f"=same{row.index}",
    )


def large(batch: Batch) -> Iterator[Finding]:
    return (plain(row, {"filler": "é" * 1000}) for row in batch for _ in range(10))


def excess(batch: Batch) -> Iterator[Finding]:
    for row in batch:
        if row.index == 0:
            yield Finding(row, "echo", "x" * 6_000_000)


def refuse(batch: Batch) -> Iterator[Finding]:
    raise PluginError("refused: é")


def trap(batch: Batch) -> Iterator[Finding]:
    raise RuntimeError("the suite wants to see a guest die")


def loop(batch: Batch) -> Iterator[Finding]:
    while True:
        pass


def log_lines(batch: Batch) -> Iterator[Finding]:
    for write, level in ((log.debug, "debug"), (log.info, "info"), (log.warn, "warn"), (log.error, "error")):
        write(f"{level} line")
    print("printed line")
    return iter(())


Detector = export(Guest)
