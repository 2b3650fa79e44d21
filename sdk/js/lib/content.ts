/** The bytes of the file that a row is about. */

import * as host from "merlon:plugin/content@0.1.0";

import type { Row } from "./batch.ts";
import { u32, u64 } from "./boundary.ts";
import { ask } from "./error.ts";

/** At most 64 KiB; empty at the end of the file. Throws a `HostError` when the row is about no file, or its
 * bytes are not kept. */
export function read(row: Row, offset: number, length: number): Uint8Array {
  const from = u64(offset, "the offset");
  const count = u32(length, "the length");
  return ask(() => host.read(row.index, from, count));
}
