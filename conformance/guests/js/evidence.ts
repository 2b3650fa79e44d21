/** What the modes with one finding per row write into it. */

import { content, HostError, kubernetes, process, type Row, ruleset, state } from "merlon";

const MISSING = "(missing)";
const KEPT_MS = 1000;
const FAR = 2 ** 40;

export const FIELDS = {
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
};

type Evidence = Record<string, string>;

export const evidence: Record<string, (row: Row) => Evidence> = {
  echo: (row) => Object.fromEntries(row.batch.fields.map((field) => [field, textOf(row, field)])),

  state: (row) => {
    const exe = row.text("exe") ?? MISSING;
    return {
      count: answerOf(() => String(state.increment(row, `count:${exe}`, 1, KEPT_MS))),
      last: state.get(row, "last") ?? MISSING,
      set: answerOf(() => {
        state.set(row, "last", exe, KEPT_MS);
        return "ok";
      }),
    };
  },

  ancestors: (row) => ({
    ancestors: process
      .ancestors(row)
      .map(({ exe, pid, comm, uid, euid, argv }) => [exe, pid, comm, uid, euid, ...argv].join(" "))
      .join("|"),
  }),

  content: (row) => ({ first: windowAt(row, 0), beyond: windowAt(row, FAR) }),

  ruleset: () => ({
    files: ruleset.files().join("|"),
    note: new TextDecoder().decode(ruleset.read("note.txt")),
    outside: canRead("../secret") ? "read" : "refused",
  }),

  kubernetes: () => ({
    pods: String(kubernetes.list("Pod").length),
    all: String(kubernetes.list().length),
  }),

  // The language has neither files nor an environment.
  wasi: () => ({
    file: "denied",
    environment: "0",
    clock: String(Date.now() / 1000),
    random: String(Math.random()),
  }),
};

/** The type of a field, by its name; the host's tables have it too. */
function textOf(row: Row, field: string): string {
  switch (field) {
    case "argv":
    case "hits.text":
      return row.texts(field).join("|");
    case "pid":
    case "size":
    case "hits":
      return row.bigint(field)?.toString() ?? MISSING;
    case "hits.pattern":
    case "hits.offset":
    case "hits.length":
    case "hits.line":
    case "hits.column":
      return row.bigints(field).join(",");
    case "argv_truncated":
      return { true: "yes", false: "no", undefined: MISSING }[`${row.flag(field)}`];
    default:
      return row.text(field) ?? MISSING;
  }
}

/** What the host answers, or why it refuses. */
function answerOf(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof HostError) {
      return error.message;
    }
    throw error;
  }
}

function windowAt(row: Row, offset: number): string {
  try {
    const bytes = Array.from(content.read(row, offset, 16));
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

function canRead(path: string): boolean {
  try {
    ruleset.read(path);
    return true;
  } catch {
    return false;
  }
}
