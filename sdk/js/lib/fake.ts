/** A host for tests: what the plugin is lent when it runs in Node. */

import type { Level } from "merlon:plugin/log@0.1.0";
import type { Ancestor } from "merlon:plugin/process@0.1.0";

const WINDOW = 64 * 1024;

/** The value of one field. */
export type Value = string | number | bigint | boolean | readonly string[] | readonly (number | bigint)[];

/** One event: the fields of its row, and what the plugin may ask about it. */
export interface Event {
  fields: Readonly<Record<string, Value | undefined>>;
  /** When it happened, in milliseconds from any beginning; the clock of `state`. */
  at?: number;
  /** The bytes of its file. */
  content?: Uint8Array | string;
  /** The ancestors of its process, parent first; `ancestor` makes one. */
  ancestors?: readonly Ancestor[];
}

interface Kept {
  value: string;
  expires: number;
}

/** Everything the fake host knows. */
export class World {
  /** By row of the batch that is being judged. */
  events: readonly Event[] = [];
  /** The ruleset's content files. */
  files: Record<string, Uint8Array | string> = {};
  /** The objects of the inventory. */
  objects: { kind?: string }[] = [];
  /** What the plugin wrote: `info: a line`. */
  lines: string[] = [];
  readonly #kept = new Map<string, Kept>();

  live(row: number, key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && this.time(row) < kept.expires ? kept : undefined;
  }

  keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
  }

  time(row: number): number {
    return this.events[row]?.at ?? 0;
  }
}

let world = new World();

/** From now on this is what the host knows. */
export function enter(other: World): void {
  world = other;
}

/** The host's functions, by capability. It throws its refusals as texts. */
export const lent = {
  log: {
    write: (level: Level, message: string): void => {
      world.lines.push(`${level}: ${message}`);
    },
  },
  ruleset: {
    files: (): string[] => Object.keys(world.files).sort(),
    read: (path: string): Uint8Array => {
      const file = world.files[path];
      if (file === undefined) {
        throw `no file \`${path}\` in the ruleset`;
      }
      return bytesOf(file);
    },
  },
  content: {
    read: (row: number, offset: number, length: number): Uint8Array => {
      const content = world.events[row]?.content;
      if (content === undefined) {
        throw "the row has no content";
      }
      return bytesOf(content).slice(offset, offset + Math.min(length >>> 0, WINDOW));
    },
  },
  process: {
    ancestors: (row: number): Ancestor[] => [...(world.events[row]?.ancestors ?? [])],
  },
  kubernetes: {
    list: (kind: string): string[] =>
      world.objects.filter((one) => kind === "" || one.kind === kind).map((one) => JSON.stringify(one)),
  },
  state: {
    get: (row: number, key: string): string | null => world.live(row, key)?.value ?? null,
    set: (row: number, key: string, value: string, ttlMs: number): void => {
      world.keep(key, { value, expires: world.time(row) + ttlMs });
    },
    increment: (row: number, key: string, by: number, ttlMs: number): number => {
      const kept = world.live(row, key) ?? { value: "0", expires: world.time(row) + ttlMs };
      if (!/^[0-9]+$/.test(kept.value)) {
        throw `the value of \`${key}\` is no number`;
      }
      const after = Number(kept.value) + by;
      world.keep(key, { value: String(after), expires: kept.expires });
      return after;
    },
  },
};

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
