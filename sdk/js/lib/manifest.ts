/** What a plugin says about itself: rules, subscriptions, patterns. */

import type {
  Confidence,
  Manifest as RawManifest,
  Pattern as RawPattern,
  PatternSource,
  Rule as RawRule,
  Severity,
} from "merlon:plugin/types@0.1.0";

import { text, texts, u32, word } from "./boundary.ts";

export type { Confidence, Severity };

const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
const CONFIDENCES = ["low", "medium", "high"] as const;

/** The metadata of one rule. */
export interface Rule {
  /** Lower-case words joined by `-`. */
  id: string;
  title: string;
  /** How much it matters if it is true; `medium` when it is not said. */
  severity?: Severity;
  /** How sure the rule is; `high` when it is not said. */
  confidence?: Confidence;
  /** MITRE ATT&CK technique ids. */
  attack?: readonly string[];
  /** Framework ids. */
  controls?: readonly string[];
  /** What to do about it. */
  remediation?: string;
  /** Pages to read. */
  references?: readonly string[];
}

/** What a plugin wants to see. */
export interface Subscription {
  /** `process.exec`, `file.content`, `k8s.object` ... */
  kind: string;
  /** What every row has. */
  fields: readonly string[];
  /** Only these events; the host tests it, so that the others cost nothing here:
   * `container.id exists and exe.name in ("sh", "bash")`. */
  where?: string;
}

/** Bytes that the host looks for in every file; a hit reaches the subscription to `file.content`. */
export interface Pattern {
  /** The plugin's choice; hits carry it. */
  id: number;
  /** A regular expression in RE2 syntax over bytes; its first capture group, if it has one, is the text of
   * the hit. One that must contain three fixed bytes is searched for much faster. */
  regex?: string;
  /** Instead: these bytes, or the bytes of this text. */
  literal?: Uint8Array | string;
  /** Upper and lower case are the same. */
  ignoreCase?: boolean;
  /** Only files whose path matches this glob. */
  files?: string;
}

/** Rules, subscriptions and patterns of a plugin. */
export interface Manifest {
  rules: readonly Rule[];
  subscriptions: readonly Subscription[];
  patterns?: readonly Pattern[];
}

/** As the host wants it. */
export function rawManifest(manifest: Manifest): RawManifest {
  return {
    rules: manifest.rules.map(rawRule),
    subscriptions: manifest.subscriptions.map(({ kind, fields, where }) => ({
      kind: text(kind, "the kind of a subscription"),
      fields: texts(fields, `a field of the subscription to ${kind}`),
      where: where === undefined ? null : text(where, `the prefilter of the subscription to ${kind}`),
    })),
    patterns: (manifest.patterns ?? []).map(rawPattern),
  };
}

function rawRule(rule: Rule): RawRule {
  const id = text(rule.id, "the id of a rule");
  return {
    id,
    title: text(rule.title, "the title", id),
    severity: word(rule.severity ?? "medium", SEVERITIES, "the severity", id),
    confidence: word(rule.confidence ?? "high", CONFIDENCES, "the confidence", id),
    attack: texts(rule.attack, "a technique", id),
    controls: texts(rule.controls, "a control", id),
    remediation: text(rule.remediation ?? "", "the remediation", id),
    references: texts(rule.references, "a reference", id),
  };
}

function rawPattern(pattern: Pattern): RawPattern {
  return {
    id: u32(pattern.id, "the id of a pattern"),
    source: sourceOf(pattern),
    nocase: pattern.ignoreCase === true,
    files: pattern.files === undefined ? null : text(pattern.files, `the files of pattern ${pattern.id}`),
  };
}

function sourceOf({ id, regex, literal }: Pattern): PatternSource {
  if ((regex === undefined) === (literal === undefined)) {
    throw new TypeError(`the pattern ${id} must have either a regex or a literal`);
  }
  if (literal === undefined) {
    return { tag: "regex", val: text(regex as string, `the regex of pattern ${id}`) };
  }
  return { tag: "literal", val: typeof literal === "string" ? new TextEncoder().encode(literal) : literal };
}
