"""What the modes with one finding per row write into it."""

import os
import random
import time

from merlon import HostError, Row, content, kubernetes, process, ruleset, state

MISSING = "(missing)"
KEPT_MS = 1000
FAR = 2**40

Evidence = dict[str, str]

FIELDS = {
    "process.exec": ["exe", "argv", "pid", "argv_truncated", "container.id"],
    "file.content": [
        "path",
        "size",
        "hits",
        "hits.pattern",
        "hits.offset",
        "hits.length",
        "hits.line",
        "hits.column",
        "hits.text",
    ],
    "k8s.object": ["kind", "namespace", "name", "object"],
}


def text_of(row: Row, field: str) -> str:
    """The type of a field, by its name; the host's tables have it too."""
    match field:
        case "argv" | "hits.text":
            return "|".join(row.texts(field))
        case "pid" | "size" | "hits":
            number = row.number(field)
            return MISSING if number is None else str(number)
        case "hits.pattern" | "hits.offset" | "hits.length" | "hits.line" | "hits.column":
            return ",".join(map(str, row.numbers(field)))
        case "argv_truncated":
            return {True: "yes", False: "no", None: MISSING}[row.flag(field)]
        case _:
            text = row.text(field)
            return MISSING if text is None else text


def echo(row: Row) -> Evidence:
    return {field: text_of(row, field) for field in FIELDS[row.kind]}


def keep(row: Row) -> Evidence:
    exe = row.text("exe") or MISSING
    count = str(state.increment(row, f"count:{exe}", 1, KEPT_MS))
    last = state.get(row, "last")
    try:
        state.set(row, "last", exe, KEPT_MS)
        outcome = "ok"
    except HostError as error:
        outcome = str(error)
    return {"count": count, "last": MISSING if last is None else last, "set": outcome}


def ancestors(row: Row) -> Evidence:
    lines = (
        f"{one.exe} {one.pid} {one.comm} {one.uid} {one.euid} {' '.join(one.argv)}"
        for one in process.ancestors(row)
    )
    return {"ancestors": "|".join(lines)}


def window(row: Row, offset: int) -> str:
    try:
        return content.read(row, offset, 16).hex()
    except HostError as error:
        return f"error: {error}"


def windows(row: Row) -> Evidence:
    return {"first": window(row, 0), "beyond": window(row, FAR)}


def files(_: Row) -> Evidence:
    try:
        note = ruleset.read("note.txt").decode(errors="replace")
    except HostError as error:
        note = str(error)
    try:
        ruleset.read("../secret")
        outside = "read"
    except HostError:
        outside = "refused"
    return {"files": "|".join(ruleset.files()), "note": note, "outside": outside}


def inventory(_: Row) -> Evidence:
    return {
        "pods": str(sum(1 for _ in kubernetes.objects("Pod"))),
        "all": str(sum(1 for _ in kubernetes.objects())),
    }


def wasi(_: Row) -> Evidence:
    try:
        with open("/etc/passwd"):
            file = "read"
    except OSError:
        file = "denied"
    return {
        "file": file,
        "environment": str(len(os.environ)),
        "clock": str(int(time.time())),
        "random": str(random.SystemRandom().getrandbits(53)),
    }
