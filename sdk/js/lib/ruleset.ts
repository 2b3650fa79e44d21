/** The files that `ruleset.yaml` lists under `content`. */

import * as host from "merlon:plugin/ruleset@0.1.0";

import { text } from "./boundary.ts";
import { ask } from "./error.ts";

/** Their paths. */
export function files(): string[] {
  return host.files();
}

/** One of them, whole. Throws a `HostError` when the ruleset has no such file. */
export function read(path: string): Uint8Array {
  return ask(() => host.read(text(path, "the path of a file")));
}
