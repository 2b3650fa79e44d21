"""A shell runs in a container."""

from collections.abc import Iterator

from merlon import Batch, Finding, Manifest, Plugin, Rule, Severity, Subscription, export


class ShellInContainer(Plugin):
    def manifest(self) -> Manifest:
        return Manifest(
            rules=[
                Rule(
                    "shell-in-container",
                    "A shell runs in a container",
                    severity=Severity.HIGH,
                    attack=["T1059.004"],
                )
            ],
            subscriptions=[
                Subscription(
                    "process.exec",
                    ["exe", "container.id"],
                    where='container.id exists and exe.name in ("sh", "bash", "dash", "ash")',
                )
            ],
        )

    def evaluate(self, batch: Batch) -> Iterator[Finding]:
        for row in batch:
            yield Finding(
                row,
                "shell-in-container",
                f"{row.text('exe')} runs in a container",
                evidence={"container": row.text("container.id")},
            )


Detector = export(ShellInContainer)
