/** The answer of a plugin. */

import type { Finding as RawFinding, Location as RawLocation, Outcome } from "merlon:plugin/types@0.1.0";

import type { Row } from "./batch.ts";
import { text, texts, u32, u64, word } from "./boundary.ts";

export type { Outcome };

const OUTCOMES = ["fail", "pass", "skip"] as const;

/** Where in the file; a hit is one. Lines and columns count from 1, 0 is not known. */
export interface Location {
  /** First byte. */
  offset?: number;
  length?: number;
  line?: number;
  column?: number;
}

/** What a rule says about a row. */
export interface Finding {
  row: Row;
  /** The rule's id. */
  rule: string;
  message: string;
  /** `fail` when it is not said. */
  outcome?: Outcome;
  /** What the rule saw, never a secret. A value of `undefined` is left out. */
  evidence?: Readonly<Record<string, string | number | undefined>>;
  location?: Location;
  /** The container inside the object. */
  container?: string;
  /** Paths inside the object: `spec.containers[0].image`. */
  failedPaths?: readonly string[];
  /** Changes that would make the rule pass: path and value. */
  fixes?: Readonly<Record<string, string>>;
  /** What tells it from another finding of the same rule on the same subject. With `=` in front it is the
   * whole identity, and the subject's path does not count. */
  distinct?: string;
}

/** As the host wants it, once the rule's place is known. */
export function rawFinding(finding: Finding, rule: number): RawFinding {
  const of = `of a finding of ${finding.rule}`;
  return {
    row: finding.row.index,
    rule,
    outcome: word(finding.outcome ?? "fail", OUTCOMES, `the outcome ${of}`),
    message: text(finding.message, `the message ${of}`),
    container: optional(finding.container, `the container ${of}`),
    location: finding.location === undefined ? null : rawLocation(finding.location, of),
    failedPaths: texts(finding.failedPaths, `a failed path ${of}`),
    fixPaths: Object.entries(finding.fixes ?? {}).map(([path, value]) => ({
      path: text(path, `the path of a fix ${of}`),
      value: text(value, `the fix of ${path} ${of}`),
    })),
    evidence: evidenceOf(finding, of),
    distinct: optional(finding.distinct, `the identity ${of}`),
  };
}

function evidenceOf(finding: Finding, of: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [key, value] of Object.entries(finding.evidence ?? {})) {
    if (value !== undefined) {
      const shown = typeof value === "number" ? String(value) : value;
      pairs.push([text(key, `a key of the evidence ${of}`), text(shown, `the evidence "${key}" ${of}`)]);
    }
  }
  return pairs;
}

function rawLocation({ offset, length, line, column }: Location, of: string): RawLocation {
  return {
    offset: offset === undefined ? null : u64(offset, `the offset ${of}`),
    length: length === undefined ? null : u32(length, `the length ${of}`),
    line: line === undefined || line === 0 ? null : u32(line, `the line ${of}`),
    column: column === undefined || column === 0 ? null : u32(column, `the column ${of}`),
  };
}

function optional(value: string | undefined, what: string): string | null {
  return value === undefined ? null : text(value, what);
}
