/** The conformance guest in TypeScript; `conformance/guests/README.md` says what it does. */

import { type Batch, type Finding, log, type Manifest, type Plugin, PluginError, type Row } from "merlon";

import { evidence, FIELDS } from "./evidence.ts";

const OUTCOMES = ["fail", "pass", "skip"] as const;
const LARGE = 10;

type Mode = (batch: Batch, settings: string) => Iterable<Finding>;

const MODES: Record<string, Mode> = {
  settings: (batch, settings) => each(batch, (row) => ({ ...plain(row), evidence: { settings } })),
  full: (batch) => each(batch, full),
  none: () => [],
  backwards: (batch) => each(batch, plain).reverse(),
  large: (batch) => each(batch, large).flat(),
  excess: (batch) =>
    each(batch, plain)
      .slice(0, 1)
      .map((one) => ({ ...one, message: "x".repeat(6_000_000) })),
  error: () => {
    throw new PluginError("refused: é");
  },
  trap: () => {
    throw new Error("the suite wants to see a guest die");
  },
  loop: () => {
    for (;;) {}
  },
  log: () => {
    log.debug("debug line");
    log.info("info line");
    log.warn("warn line");
    log.error("error line");
    console.log("printed line");
    return [];
  },
};

export default class Guest implements Plugin {
  readonly #settings: string;
  readonly #mode: Mode;

  constructor({ mode = "echo" }: { mode?: string }, text: string) {
    if (mode === "refuse") {
      throw new PluginError("refused: é");
    }
    const detail = evidence[mode];
    const found = detail
      ? (batch: Batch) => each(batch, (row) => ({ ...plain(row), evidence: detail(row) }))
      : MODES[mode];
    if (found === undefined) {
      throw new PluginError(`unknown mode ${mode}`);
    }
    this.#settings = text;
    this.#mode = found;
  }

  manifest(): Manifest {
    return {
      rules: [
        { id: "echo", title: "What the plugin was given", severity: "info" },
        {
          id: "full",
          title: "Every field of a finding ✓",
          severity: "critical",
          confidence: "low",
          attack: ["T1059.004", "T1204"],
          controls: ["C-0001", "NSA:x"],
          remediation: "Do this.",
          references: ["https://example.org/a?b=ü"],
        },
      ],
      subscriptions: [
        { kind: "process.exec", fields: FIELDS["process.exec"] },
        { kind: "file.content", fields: FIELDS["file.content"], where: "hits > 0" },
        { kind: "k8s.object", fields: FIELDS["k8s.object"] },
      ],
      patterns: [
        { id: 1, regex: "mirror-([a-z0-9]+)" },
        { id: 2, literal: Uint8Array.of(0xff, 0x00, 0xfe) },
        { id: 3, literal: "MiRrOr-NoCaSe", ignoreCase: true, files: "*.txt" },
      ],
    };
  }

  evaluate(batch: Batch): Iterable<Finding> {
    return this.#mode(batch, this.#settings);
  }
}

function each<T>(batch: Batch, make: (row: Row) => T): T[] {
  return Array.from(batch, make);
}

function plain(row: Row): Finding {
  return { row, rule: "echo", message: `${row.kind} ${row.index}` };
}

function full(row: Row): Finding {
  return {
    ...plain(row),
    rule: "full",
    outcome: OUTCOMES[row.index % OUTCOMES.length] ?? "fail",
    container: "app",
    location: { offset: 7, length: 3, line: 2, column: 5 },
    failedPaths: ["a.b", "c[0]"],
    fixes: { "a.b": "false" },
    evidence: { k: "v", ü: "日本" },
    distinct: `=same${row.index}`,
  };
}

function large(row: Row): Finding[] {
  return Array(LARGE).fill({ ...plain(row), evidence: { filler: "é".repeat(1000) } });
}
