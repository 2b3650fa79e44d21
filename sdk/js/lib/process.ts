/** The ancestors of the process that a row is about. */

import * as host from "merlon:plugin/process@0.1.0";
import type { Ancestor } from "merlon:plugin/process@0.1.0";

import type { Row } from "./batch.ts";

export type { Ancestor };

/** Parent first. */
export function ancestors(row: Row): Ancestor[] {
  return host.ancestors(row.index).map((one) => ({
    ...one,
    pid: one.pid >>> 0,
    uid: one.uid >>> 0,
    euid: one.euid >>> 0,
  }));
}
