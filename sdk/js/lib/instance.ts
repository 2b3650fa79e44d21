/** A live plugin, and what the SDK must remember of its manifest to read its batches. */

import type {
  Batch as RawBatch,
  Finding as RawFinding,
  Manifest as RawManifest,
} from "merlon:plugin/types@0.1.0";

import { Batch } from "./batch.ts";
import { PluginError } from "./error.ts";
import { rawFinding } from "./finding.ts";
import { rawManifest } from "./manifest.ts";
import type { Plugin, PluginClass } from "./plugin.ts";

export class Instance {
  /** What the plugin said about itself. */
  readonly manifest: RawManifest;
  readonly #plugin: Plugin;
  readonly #rules: Map<string, number>;

  constructor(plugin: PluginClass, settings: string) {
    this.#plugin = new plugin(settingsOf(settings), settings);
    this.manifest = rawManifest(this.#plugin.manifest());
    this.#rules = new Map(this.manifest.rules.map((rule, place) => [rule.id, place]));
  }

  /** Judges a batch. Nothing of an answer is kept when the plugin fails in the middle of it. */
  evaluate(raw: RawBatch): RawFinding[] {
    const subscription = this.manifest.subscriptions[raw.subscription];
    if (subscription === undefined) {
      throw new PluginError(`batch of subscription ${raw.subscription}, which does not exist`);
    }
    const batch = new Batch(raw, subscription.kind, subscription.fields);
    return Array.from(this.#plugin.evaluate(batch), (finding) =>
      rawFinding(finding, this.#placeOf(finding.rule)),
    );
  }

  #placeOf(rule: string): number {
    const place = this.#rules.get(rule);
    if (place === undefined) {
      throw new PluginError(`the manifest has no rule \`${rule}\`: add it there`);
    }
    return place;
  }
}

function settingsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PluginError(`the settings are no JSON: ${error}`);
  }
}
