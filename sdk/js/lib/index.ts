/**
 * What a Merlon plugin in TypeScript or JavaScript imports: rules, a view of the rows, findings, and what
 * the host lends, one name per capability. The component asks the host for the capabilities that the
 * plugin uses, and for no other.
 */

/// <reference path="./globals/globals.d.ts" />
/// <reference path="./world.d.ts" />

export { Batch, Row } from "./batch.ts";
export { HostError, PluginError } from "./error.ts";
export type { Finding, Location, Outcome } from "./finding.ts";
export type { Hit } from "./hit.ts";
export type { Confidence, Manifest, Pattern, Rule, Severity, Subscription } from "./manifest.ts";
export type { Plugin, PluginClass } from "./plugin.ts";
export type { Ancestor } from "./process.ts";

export * as content from "./content.ts";
export * as kubernetes from "./kubernetes.ts";
export * as log from "./log.ts";
export * as process from "./process.ts";
export * as ruleset from "./ruleset.ts";
export * as state from "./state.ts";
