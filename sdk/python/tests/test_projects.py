"""The plugins of this repository, and the template."""

import detection
import guest
import lookout
import pytest
from merlon import PluginError
from merlon.testing import Event, Harness, ancestor

NGINX = ancestor("/usr/sbin/nginx", "nginx")
SETTINGS = {"servers": ["nginx"], "burst": 2}


def test_the_template_finds_a_shell_in_a_container():
    harness = Harness(detection.ShellInContainer)
    [answer] = harness.judge("process.exec", {"exe": "/bin/bash", "container.id": "web"})
    assert (answer.rule, answer.evidence) == ("shell-in-container", {"container": "web"})


def test_the_lookout_finds_the_nearest_server_above_a_shell():
    row = Event({"exe": "/bin/sh", "argv": ["sh", "-c", "id"]}, ancestors=[ancestor("/usr/bin/env"), NGINX])
    harness = Harness(lookout.Lookout, SETTINGS)
    [answer] = harness.judge("process.exec", row)
    assert answer.message == "/bin/sh was started by /usr/sbin/nginx"
    assert answer.evidence == {"ancestor": "/usr/sbin/nginx", "command": "sh -c id"}
    assert harness.world.lines == [f"INFO: {answer.message}"]


def test_the_lookout_counts_shells_by_container():
    harness = Harness(lookout.Lookout, SETTINGS)
    rows = [Event({"exe": "/bin/sh", "container.id": name}, at=at) for at, name in enumerate("abaa")]
    [answer] = harness.judge("process.exec", *rows)
    assert (answer.rule, answer.row) == ("shell-burst", 3)
    late = Event({"exe": "/bin/sh", "container.id": "a"}, at=60_000)
    assert harness.judge("process.exec", late) == []


def test_the_lookout_reads_only_scripts():
    row = {"path": "x", "hits.pattern": [1], "hits.offset": [9], "hits.length": [4], "hits.line": [2]}
    harness = Harness(lookout.Lookout, SETTINGS)
    [answer] = harness.judge("file.content", Event(row, content=b"#!/bin/sh"), Event(row, content=b"text"))
    assert answer.row == 0
    assert (answer.location.offset, answer.location.line, answer.location.column) == (9, 2, None)


def test_the_lookout_says_which_image_of_which_container():
    pod = '{"spec":{"containers":[{"name":"a","image":"x@sha256:0"},{"name":"b","image":"y"}]}}'
    [answer] = Harness(lookout.Lookout, SETTINGS).judge("k8s.object", {"object": pod}, {"object": "{}"})
    assert (answer.container, answer.failed_paths) == ("b", ["spec.containers[1].image"])


def test_the_guest_refuses_what_its_page_says():
    for mode, reason in (("refuse", "refused: é"), ("x", "unknown mode x")):
        with pytest.raises(PluginError, match=reason):
            Harness(guest.Guest, {"mode": mode})


def test_the_guest_echoes_what_it_was_given():
    row = {"exe": "/bin/sh", "argv": ["a", "b"], "pid": 7, "argv_truncated": False}
    [answer] = Harness(guest.Guest).judge("process.exec", row)
    assert answer.message == "process.exec 0"
    assert list(answer.evidence.items()) == [
        ("exe", "/bin/sh"),
        ("argv", "a|b"),
        ("pid", "7"),
        ("argv_truncated", "no"),
        ("container.id", "(missing)"),
    ]
