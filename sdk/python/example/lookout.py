"""`conformance/lookout/README.md` says what is found; this is how it looks in Python."""

from collections.abc import Iterator

from merlon import (
    Batch,
    Finding,
    Manifest,
    Pattern,
    Plugin,
    Row,
    Rule,
    Settings,
    Severity,
    Subscription,
    content,
    export,
    log,
    process,
    state,
)

MINUTE_MS = 60_000
PIPED_DOWNLOAD = r"(?:curl|wget)[^\n|]{0,200}\|[ \t]*(?:ba)?sh"


class Lookout(Plugin):
    def __init__(self, settings: Settings) -> None:
        self.servers: list[str] = settings["servers"]
        self.burst: int = settings["burst"]

    def manifest(self) -> Manifest:
        return Manifest(
            rules=[
                Rule(
                    "shell-from-server",
                    "A server program started a shell",
                    severity=Severity.HIGH,
                    attack=["T1059.004", "T1190"],
                ),
                Rule("shell-burst", "Many shells in one container", attack=["T1059.004"]),
                Rule(
                    "piped-download",
                    "A script runs what it downloads",
                    severity=Severity.HIGH,
                    attack=["T1105"],
                ),
                Rule("unpinned-image", "An image is not pinned by digest", severity=Severity.LOW),
            ],
            subscriptions=[
                Subscription(
                    "process.exec",
                    ["exe", "argv", "container.id"],
                    where='exe.name in ("sh", "bash", "dash", "ash")',
                ),
                Subscription(
                    "file.content",
                    ["path", "hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column"],
                    where="hits > 0",
                ),
                Subscription("k8s.object", ["object"], where='kind == "Pod"'),
            ],
            patterns=[Pattern.regex(1, PIPED_DOWNLOAD)],
        )

    def evaluate(self, batch: Batch) -> Iterator[Finding]:
        for row in batch:
            match batch.kind:
                case "process.exec":
                    yield from self.shell_from_server(row)
                    yield from self.shell_burst(row)
                case "file.content":
                    yield from piped_download(row)
                case _:
                    yield from unpinned_images(row)

    def shell_from_server(self, row: Row) -> Iterator[Finding]:
        for one in process.ancestors(row):
            if one.exe.rpartition("/")[2] in self.servers:
                message = f"{row.text('exe')} was started by {one.exe}"
                log.info(message)
                command = " ".join(row.texts("argv"))
                yield Finding(
                    row, "shell-from-server", message, evidence={"ancestor": one.exe, "command": command}
                )
                return

    def shell_burst(self, row: Row) -> Iterator[Finding]:
        container = row.text("container.id")
        if container is None:
            return
        count = state.increment(row, f"shells:{container}", 1, MINUTE_MS)
        if count > self.burst:
            message = f"{count} shells within a minute in one container"
            yield Finding(row, "shell-burst", message, evidence={"container": container})


def piped_download(row: Row) -> Iterator[Finding]:
    hit = next(row.hits(), None)
    if hit is not None and content.read(row, 0, 2) == b"#!":
        message = f"{row.text('path')} runs what it downloads"
        yield Finding(row, "piped-download", message, location=hit.location)


def unpinned_images(row: Row) -> Iterator[Finding]:
    spec = row.json("object").get("spec") or {}
    for kind in ("containers", "initContainers"):
        for place, container in enumerate(spec.get(kind) or []):
            image = container.get("image") or ""
            if "@sha256:" not in image:
                yield Finding(
                    row,
                    "unpinned-image",
                    f"{image} is not pinned by digest",
                    container=container.get("name"),
                    failed_paths=[f"spec.{kind}[{place}].image"],
                )


Detector = export(Lookout)
