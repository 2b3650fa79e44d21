/** What the component exports, made from the plugin's class. */

import type { Batch, Finding, Manifest, Outcome, Severity } from "merlon:plugin/types@0.1.0";

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
      answer(describeBug, () => {
        current = new Instance(plugin, settings);
        return current.manifest;
      }),
    evaluate: (batch) =>
      answer(evaluateBug, () => {
        if (current === undefined) {
          throw new PluginError("evaluate was called before describe");
        }
        return current.evaluate(batch);
      }),
  };
}

/** A `PluginError` is the host's error text. After anything else nobody knows what the plugin's memory
 * holds, and the instance has to go: the engine dies of an answer that is of no type, and of nothing that
 * is thrown. */
function answer<T>(bug: (text: string) => T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PluginError) {
      throw error.message.toWellFormed();
    }
    return bug(textOf(error));
  }
}

/** The engine prints the word that is no word of the interface before it dies: so the bug gets into the
 * log, where the boundary has no place for it. */
function describeBug(text: string): Manifest {
  const rule = { id: "", title: "", severity: text as Severity };
  return { rules: [rule], subscriptions: [], patterns: [] } as object as Manifest;
}

function evaluateBug(text: string): Finding[] {
  return [{ row: 0, rule: 0, outcome: text as Outcome }] as Finding[];
}

function textOf(bug: unknown): string {
  const text = bug instanceof Error ? `${bug.name}: ${bug.message}\n${bug.stack ?? ""}` : String(bug);
  return text.trimEnd().toWellFormed();
}
