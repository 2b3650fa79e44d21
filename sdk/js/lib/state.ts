/** A bounded store that outlives the instance. Its clock is the time of the row's event. */

import * as host from "merlon:plugin/state@0.1.0";

import type { Row } from "./batch.ts";
import { text, u64 } from "./boundary.ts";
import { ask } from "./error.ts";

/** The value, unless it expired. */
export function get(row: Row, key: string): string | undefined {
  return host.get(row.index, text(key, "the key")) ?? undefined;
}

/** Keeps a value for so many milliseconds. Throws a `HostError` when the store has no room. */
export function set(row: Row, key: string, value: string, ttlMs: number): void {
  const name = text(key, "the key");
  const kept = text(value, `the value of ${key}`);
  const ttl = u64(ttlMs, "the time to live");
  ask(() => host.set(row.index, name, kept, ttl));
}

/** Adds to a counter that is forgotten so many milliseconds after it was first counted; the new value.
 * Throws a `HostError` when the store has no room. */
export function increment(row: Row, key: string, by: number, ttlMs: number): number {
  const name = text(key, "the key");
  const more = u64(by, "the increment");
  const ttl = u64(ttlMs, "the time to live");
  return ask(() => host.increment(row.index, name, more, ttl));
}
