/** A plugin whose behaviour each test gives it. */

import type { Batch, Finding, Manifest, Plugin } from "merlon";

export interface Behaviour {
  manifest?: Partial<Manifest>;
  start?: (settings: unknown, text: string) => void;
  evaluate?: (batch: Batch) => Iterable<Finding>;
}

/** Asks for a field of every type. */
export const FIELDS = ["exe", "argv", "pid", "hits.pattern", "hits.offset", "argv_truncated", "object"];

export function sample({ manifest, start, evaluate }: Behaviour) {
  return class Sample implements Plugin {
    constructor(settings: unknown, text: string) {
      start?.(settings, text);
    }

    manifest(): Manifest {
      return {
        rules: [{ id: "one", title: "One" }],
        subscriptions: [{ kind: "process.exec", fields: FIELDS }],
        ...manifest,
      };
    }

    evaluate(batch: Batch): Iterable<Finding> {
      return evaluate?.(batch) ?? [];
    }
  };
}

export default sample({});
