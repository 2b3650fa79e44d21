from detection import ShellInContainer
from merlon.testing import Harness


def test_bash_in_a_container_is_found() -> None:
    [answer] = Harness(ShellInContainer).judge("process.exec", {"exe": "/bin/bash", "container.id": "web"})
    assert answer.rule == "shell-in-container"
    assert answer.message == "/bin/bash runs in a container"
    assert answer.evidence == {"container": "web"}
