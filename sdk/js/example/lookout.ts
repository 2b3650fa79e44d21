/** `conformance/lookout/README.md` says what is found; this is how it looks in TypeScript. */

import {
  type Batch,
  content,
  type Finding,
  log,
  type Manifest,
  type Plugin,
  process,
  type Row,
  state,
} from "merlon";

const MINUTE_MS = 60_000;
const PIPED_DOWNLOAD = String.raw`(?:curl|wget)[^\n|]{0,200}\|[ \t]*(?:ba)?sh`;
const SHELLS = 'exe.name in ("sh", "bash", "dash", "ash")';

interface Settings {
  servers: string[];
  burst: number;
}

interface Container {
  name: string;
  image?: string;
}

interface Pod {
  spec?: { containers?: Container[]; initContainers?: Container[] };
}

export default class Lookout implements Plugin {
  readonly #servers: Set<string>;
  readonly #burst: number;

  constructor({ servers, burst }: Settings) {
    this.#servers = new Set(servers);
    this.#burst = burst;
  }

  manifest(): Manifest {
    return {
      rules: [
        {
          id: "shell-from-server",
          title: "A server program started a shell",
          severity: "high",
          attack: ["T1059.004", "T1190"],
        },
        { id: "shell-burst", title: "Many shells in one container", attack: ["T1059.004"] },
        {
          id: "piped-download",
          title: "A script runs what it downloads",
          severity: "high",
          attack: ["T1105"],
        },
        { id: "unpinned-image", title: "An image is not pinned by digest", severity: "low" },
      ],
      subscriptions: [
        { kind: "process.exec", fields: ["exe", "argv", "container.id"], where: SHELLS },
        {
          kind: "file.content",
          fields: ["path", "hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column"],
          where: "hits > 0",
        },
        { kind: "k8s.object", fields: ["object"], where: 'kind == "Pod"' },
      ],
      patterns: [{ id: 1, regex: PIPED_DOWNLOAD }],
    };
  }

  *evaluate(batch: Batch): Generator<Finding> {
    for (const row of batch) {
      switch (batch.kind) {
        case "process.exec":
          yield* this.#shellFromServer(row);
          yield* this.#shellBurst(row);
          break;
        case "file.content":
          yield* pipedDownload(row);
          break;
        default:
          yield* unpinnedImages(row);
      }
    }
  }

  *#shellFromServer(row: Row): Generator<Finding> {
    const server = process.ancestors(row).find(({ exe }) => this.#servers.has(fileName(exe)));
    if (server === undefined) {
      return;
    }
    const message = `${row.text("exe")} was started by ${server.exe}`;
    log.info(message);
    yield {
      row,
      rule: "shell-from-server",
      message,
      evidence: { ancestor: server.exe, command: row.texts("argv").join(" ") },
    };
  }

  *#shellBurst(row: Row): Generator<Finding> {
    const container = row.text("container.id");
    if (container === undefined) {
      return;
    }
    const count = state.increment(row, `shells:${container}`, 1, MINUTE_MS);
    if (count > this.#burst) {
      const message = `${count} shells within a minute in one container`;
      yield { row, rule: "shell-burst", message, evidence: { container } };
    }
  }
}

function* pipedDownload(row: Row): Generator<Finding> {
  const [hit] = row.hits();
  if (hit !== undefined && new TextDecoder().decode(content.read(row, 0, 2)) === "#!") {
    const message = `${row.text("path")} runs what it downloads`;
    yield { row, rule: "piped-download", message, location: hit };
  }
}

function* unpinnedImages(row: Row): Generator<Finding> {
  const { spec } = row.json<Pod>("object") ?? {};
  for (const list of ["containers", "initContainers"] as const) {
    for (const [place, { name, image = "" }] of (spec?.[list] ?? []).entries()) {
      if (!image.includes("@sha256:")) {
        yield {
          row,
          rule: "unpinned-image",
          message: `${image} is not pinned by digest`,
          container: name,
          failedPaths: [`spec.${list}[${place}].image`],
        };
      }
    }
  }
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
