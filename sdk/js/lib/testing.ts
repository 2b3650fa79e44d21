/**
 * Running a plugin in Node: rows by field name in, findings by rule id out. `npm test` builds each
 * `*.test.js` or `*.test.ts` with this host in place of Merlon and runs it.
 *
 *     test("bash in a container is found", () => {
 *       const [answer] = new Harness(ShellInContainer).judge("process.exec", {
 *         fields: { exe: "/bin/bash", "container.id": "web" },
 *       });
 *       assert.equal(answer.rule, "shell-in-container");
 *     });
 *
 * Prefilters are the host's: the harness shows every row.
 */

import type { Batch as RawBatch, Column, Finding as RawFinding, Pair } from "merlon:plugin/types@0.1.0";

import { type Event, enter, type Value, World } from "./fake.ts";
import type { Location } from "./finding.ts";
import type { Outcome } from "./finding.ts";
import { Instance } from "./instance.ts";
import type { PluginClass } from "./plugin.ts";
import type { Ancestor } from "./process.ts";

export { type Event, type Value, World };

/** A finding as the host would get it, with its rule's id. */
export interface Answer {
  rule: string;
  row: number;
  message: string;
  outcome: Outcome;
  evidence: Record<string, string>;
  location: Location | undefined;
  container: string | undefined;
  failedPaths: string[];
  fixes: Record<string, string>;
  distinct: string | undefined;
}

/** A plugin with these settings, in a world of its own that stays from one batch to the next. */
export class Harness {
  readonly world: World;
  readonly #instance: Instance;

  /** Throws a `PluginError` when the plugin refuses the settings. */
  constructor(plugin: PluginClass, settings: object = {}, world = new World()) {
    this.world = world;
    enter(world);
    this.#instance = new Instance(plugin, JSON.stringify(settings));
  }

  /** What the plugin said about itself, as the host would get it. */
  get manifest() {
    return this.#instance.manifest;
  }

  /** Shows the events, as one batch, to every subscription of that kind. Throws a `PluginError` when the
   * plugin cannot answer. */
  judge(kind: string, ...events: Event[]): Answer[] {
    this.world.events = events;
    enter(this.world);
    const subscriptions = [...this.manifest.subscriptions.entries()];
    const asked = subscriptions.filter(([, subscription]) => subscription.kind === kind);
    if (asked.length === 0) {
      throw new RangeError(`the plugin does not subscribe to ${kind}`);
    }
    return asked.flatMap(([place, { fields }]) =>
      this.#instance.evaluate(batchOf(place, fields, events)).map((raw) => this.#answer(raw)),
    );
  }

  #answer(raw: RawFinding): Answer {
    return {
      rule: this.manifest.rules[raw.rule]?.id ?? "",
      row: raw.row,
      message: raw.message,
      outcome: raw.outcome,
      evidence: Object.fromEntries(raw.evidence),
      location: raw.location === null ? undefined : locationOf(raw.location),
      container: raw.container ?? undefined,
      failedPaths: raw.failedPaths,
      fixes: Object.fromEntries(raw.fixPaths.map(({ path, value }) => [path, value])),
      distinct: raw.distinct ?? undefined,
    };
  }
}

/** A process above the one that a row is about. */
export function ancestor(exe: string, rest: Partial<Ancestor> = {}): Ancestor {
  const comm = exe.slice(exe.lastIndexOf("/") + 1).slice(0, 15);
  return { execId: "", pid: 1, exe, argv: [exe], comm, uid: 0, euid: 0, ...rest };
}

function locationOf(raw: NonNullable<RawFinding["location"]>): Location {
  const known = Object.entries(raw).filter(([, value]) => value !== null);
  return Object.fromEntries(known) as Location;
}

/** A batch as the host would send it. */
export function batchOf(place: number, fields: readonly string[], events: readonly Event[]): RawBatch {
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const known = places.get(text) ?? places.size + 1;
    places.set(text, known);
    return known;
  };
  const columns = fields.map((field) => columnOf(events.map((event) => event.fields[field]), placeOf));
  return {
    subscription: place,
    rows: events.length,
    strings: ["", ...places.keys()],
    columns: columns as Column[],
  };
}

/** The first value that tells its type decides; a column without one is left out. */
function columnOf(
  values: readonly (Value | undefined)[],
  placeOf: (text: string) => number,
): Column | undefined {
  const typed = values.find((value) => value !== undefined && (!Array.isArray(value) || value.length > 0));
  switch (typeof typed) {
    case "string":
      return { tag: "texts", val: values.map((value) => (typeof value === "string" ? placeOf(value) : 0)) };
    case "number":
    case "bigint":
      return { tag: "numbers", val: values.map((value) => pairOf(value as number | bigint | undefined)) };
    case "boolean":
      return {
        tag: "flags",
        val: Uint8Array.from(values, (value) => (typeof value === "boolean" ? Number(value) : 2)),
      };
    case "object":
      return listsOf(values as readonly (readonly (string | number | bigint)[] | undefined)[], placeOf);
    default:
      return undefined;
  }
}

function listsOf(
  values: readonly (readonly (string | number | bigint)[] | undefined)[],
  placeOf: (text: string) => number,
): Column {
  const items = values.flatMap((value) => value ?? []);
  let end = 0;
  const ends = values.map((value) => (end += value?.length ?? 0));
  if (typeof items[0] === "string") {
    return { tag: "text-lists", val: { ends, items: (items as string[]).map(placeOf) } };
  }
  return { tag: "number-lists", val: { ends, items: (items as (number | bigint)[]).map(pairOf) } };
}

function pairOf(value: number | bigint | undefined): Pair {
  const bits = value === undefined ? -1n : BigInt(value);
  return [Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))];
}
