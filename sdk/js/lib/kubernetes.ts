/** The other objects of the inventory. */

import * as host from "merlon:plugin/kubernetes@0.1.0";

import { text } from "./boundary.ts";

/** The objects of that kind; of every kind when it is empty. */
export function list<T = unknown>(kind = ""): T[] {
  return host.list(text(kind, "the kind")).map((json) => JSON.parse(json) as T);
}
