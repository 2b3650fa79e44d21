"""A plugin in an ordinary Python."""

from collections.abc import Iterator

import pytest
from merlon import (
    Batch,
    Finding,
    HostError,
    Location,
    Manifest,
    Outcome,
    Plugin,
    PluginError,
    Row,
    Rule,
    Subscription,
    content,
    export,
    kubernetes,
    log,
    process,
    ruleset,
    state,
)
from merlon.bindings import Err, types
from merlon.testing import Event, Harness, World, ancestor

FIELDS = ["exe", "argv", "pid", "truncated", "hits.pattern", "hits.line", "hits.text"]


class Recorder(Plugin):
    """Does with every row what the test says."""

    judge = staticmethod(lambda row: iter(()))

    def manifest(self) -> Manifest:
        return Manifest([Rule("a-rule", "A rule")], [Subscription("process.exec", FIELDS)])

    def evaluate(self, batch: Batch) -> Iterator[Finding]:
        for row in batch:
            yield from type(self).judge(row)


def judging(judge):
    return type("Judging", (Recorder,), {"judge": staticmethod(judge)})


def seen(look, *rows, world=None):
    """What `look` says of each row."""
    found = []

    def judge(row: Row) -> Iterator[Finding]:
        found.append(look(row))
        return iter(())

    Harness(judging(judge), world=world).judge("process.exec", *rows)
    return found


def answer_of(**details):
    [answer] = Harness(judging(lambda row: [Finding(row, "a-rule", "it is", **details)])).judge(
        "process.exec", {}
    )
    return answer


def test_a_row_is_read_by_the_names_of_its_fields():
    row = {"exe": "/bin/sh", "argv": ["sh", "-c", "sh"], "pid": 0, "truncated": False}

    def look(row: Row):
        return row.text("exe"), row.texts("argv"), row.number("pid"), row.flag("truncated")

    assert seen(look, row) == [("/bin/sh", ["sh", "-c", "sh"], 0, False)]


def test_what_is_missing_is_none_or_an_empty_list_beside_rows_that_have_it():
    def look(row: Row):
        return row.text("exe"), row.texts("argv"), row.number("pid"), row.flag("truncated")

    full = {"exe": "", "argv": [""], "pid": 7, "truncated": True}
    assert seen(look, {}, full) == [(None, [], None, None), ("", [""], 7, True)]


def test_all_texts_of_a_batch_at_once_are_the_texts_of_its_rows():
    rows = [{"exe": "/a"}, {}, {"exe": "/b"}]
    assert seen(lambda row: row.batch.texts("exe"), *rows)[0] == ["/a", None, "/b"]


def test_a_field_that_was_not_asked_for_is_named():
    with pytest.raises(LookupError, match=r"process\.exec does not ask for the field `cwd`"):
        seen(lambda row: row.text("cwd"), {})


def test_a_field_that_is_read_as_another_type_says_how_it_is_read():
    with pytest.raises(TypeError, match=r"read the field `pid` with number\(\), not text\(\)"):
        seen(lambda row: row.text("pid"), {"pid": 1})


def test_hits_have_what_the_subscription_asks_for():
    row = {"hits.pattern": [1, 2], "hits.line": [3, 4], "hits.text": ["a", "b"]}
    [hits] = seen(lambda row: list(row.hits()), row)
    assert [(hit.pattern, hit.line, hit.text, hit.offset) for hit in hits] == [(1, 3, "a", 0), (2, 4, "b", 0)]
    assert hits[0].location == Location(offset=0, length=0, line=3, column=None)


def test_a_finding_has_every_field_that_it_is_given():
    answer = answer_of(
        outcome=Outcome.SKIP,
        evidence={"k": "v", "n": 3, "absent": None},
        location=Location(line=2),
        container="app",
        failed_paths=["a.b"],
        fixes={"a.b": "false"},
        distinct="=x",
    )
    assert (answer.rule, answer.row, answer.outcome) == ("a-rule", 0, Outcome.SKIP)
    assert answer.evidence == {"k": "v", "n": "3"}
    assert (answer.location, answer.container) == (Location(line=2), "app")
    assert (answer.failed_paths, answer.fixes, answer.distinct) == (["a.b"], {"a.b": "false"}, "=x")


def test_a_text_that_is_no_unicode_crosses_the_boundary_all_the_same():
    assert answer_of(evidence={"half": "a\ud800b"}).evidence == {"half": "a?b"}


def test_a_finding_of_a_rule_that_was_never_declared_is_an_error_that_names_it():
    with pytest.raises(PluginError, match="has no rule `other`"):
        Harness(judging(lambda row: [Finding(row, "other", "it is")])).judge("process.exec", {})


def test_the_exported_class_answers_errors_and_lets_bugs_through():
    class Moody(Recorder):
        def evaluate(self, batch: Batch) -> Iterator[Finding]:
            if self.settings["mood"] == "bad":
                raise PluginError("not today")
            raise ZeroDivisionError

    detector = export(Moody)()
    empty = types.Batch(0, 0, [""], [types.Column_Texts([])] * len(FIELDS))
    with pytest.raises(Err) as early:
        detector.evaluate(empty)
    assert early.value.value == "evaluate was called before describe"
    assert detector.describe('{"mood": "bad"}').rules[0].id == "a-rule"
    with pytest.raises(Err) as refused:
        detector.evaluate(empty)
    assert refused.value.value == "not today"
    detector.describe('{"mood": "worse"}')
    with pytest.raises(ZeroDivisionError):
        detector.evaluate(empty)


@pytest.mark.parametrize("settings", ["[]", "{", "\x00"])
def test_settings_that_are_no_object_are_refused(settings):
    with pytest.raises(Err) as refused:
        export(Recorder)().describe(settings)
    assert refused.value.value.startswith("the settings are no JSON")


def test_the_host_lends_what_the_world_of_the_test_has():
    world = World(files={"note.txt": b"hi"}, objects=[{"kind": "Pod"}, {"kind": "Node"}])

    def look(row: Row):
        log.warn("careful")
        return (
            ruleset.files(),
            ruleset.read("note.txt"),
            content.read(row, 1, 2),
            content.read(row, 2**40, 2),
            process.ancestors(row)[0].comm,
            [each["kind"] for each in kubernetes.objects("Pod")],
            len(list(kubernetes.objects())),
        )

    event = Event(content=b"abc", ancestors=[ancestor("/usr/sbin/nginx", "nginx")])
    assert seen(look, event, world=world) == [(["note.txt"], b"hi", b"bc", b"", "nginx", ["Pod"], 2)]
    assert world.lines == ["WARN: careful"]


def test_what_the_host_refuses_is_an_exception_and_the_answer_when_nobody_catches_it():
    def judge(row: Row) -> Iterator[Finding]:
        with pytest.raises(HostError, match="no file"):
            ruleset.read("../secret")
        content.read(row, 0, 1)
        yield from ()

    detector = export(judging(judge))()
    harness = Harness(judging(judge))
    with pytest.raises(PluginError, match="the row has no content"):
        harness.judge("process.exec", {})
    detector.describe("{}")


def test_state_expires_by_the_time_of_the_events():
    def look(row: Row):
        count = state.increment(row, "count", 1, 1000)
        last = state.get(row, "last")
        state.set(row, "last", "x", 500)
        return count, last

    rows = [Event(at=0), Event(at=499), Event(at=1000), Event(at=1600)]
    assert seen(look, *rows) == [(1, None), (2, "x"), (1, None), (2, None)]


def test_a_kind_without_subscription_is_an_error_of_the_test():
    with pytest.raises(LookupError, match=r"does not subscribe to file\.content"):
        Harness(Recorder).judge("file.content", {})
