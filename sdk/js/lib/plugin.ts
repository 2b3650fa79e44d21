/** The class to write. */

import type { Batch } from "./batch.ts";
import type { Finding } from "./finding.ts";
import type { Manifest } from "./manifest.ts";

/** A plugin: made from its settings, says what it wants to see, judges what it is shown. */
export interface Plugin {
  /** Called once per instance: rules, subscriptions and patterns. */
  manifest(): Manifest;
  /** Called per batch; may be a generator. Throws a `PluginError` when it cannot answer. */
  evaluate(batch: Batch): Iterable<Finding>;
}

/** The default export of a plugin's main module. The settings are what the ruleset's schema allows; the
 * host has checked them and filled in the defaults. `text` is the JSON that they came in. A constructor
 * throws a `PluginError` when it refuses them. */
export type PluginClass = new (settings: any, text: string) => Plugin;
