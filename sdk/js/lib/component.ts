/** What the component exports, made from the plugin's class. */

import type { Batch, Finding, Manifest } from "merlon:plugin/types@0.1.0";

import { reportBug } from "./bug.ts";
import { PluginError } from "./error.ts";
import { Instance } from "./instance.ts";
import type { PluginClass } from "./plugin.ts";

export interface Detector {
  describe(settings: string): Manifest;
  evaluate(batch: Batch): Finding[];
}

export function detector(plugin: PluginClass): Detector {
  let current: Instance | undefined;
  return {
    describe: (settings) =>
      answer(() => {
        current = new Instance(plugin, settings);
        return current.manifest;
      }),
    evaluate: (batch) =>
      answer(() => {
        if (current === undefined) {
          throw new PluginError("evaluate was called before describe");
        }
        return current.evaluate(batch);
      }),
  };
}

/** A `PluginError` is the host's error text. After anything else nobody knows what the plugin's memory
 * holds, and the instance has to go: the engine dies of an answer of the wrong type, and of nothing that
 * is thrown. */
function answer<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PluginError) {
      throw error.message.toWellFormed();
    }
    reportBug(error);
    return undefined as never;
  }
}
