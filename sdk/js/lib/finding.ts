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
export function rawFinding(finding: Finding, place: number): RawFinding {
  const { rule, outcome = "fail", location } = finding;
  return {
    row: finding.row.index,
    rule: place,
    outcome: word(outcome, OUTCOMES, "the outcome", rule),
    message: text(finding.message, "the message", rule),
    container: optional(finding.container, "the container", rule),
    location: location === undefined ? null : rawLocation(location, rule),
    failedPaths: texts(finding.failedPaths, "a failed path", rule),
    fixPaths: pairsOf(finding.fixes, "a fix", rule).map(([path, value]) => ({ path, value })),
    evidence: pairsOf(finding.evidence, "evidence", rule),
    distinct: optional(finding.distinct, "the identity", rule),
  };
}

function pairsOf(
  record: Finding["evidence"],
  what: string,
  rule: string,
): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const key in record) {
    const value = record[key];
    if (value !== undefined) {
      const shown = typeof value === "number" ? String(value) : value;
      pairs.push([text(key, what, rule), text(shown, what, rule)]);
    }
  }
  return pairs;
}

function rawLocation({ offset, length, line, column }: Location, rule: string): RawLocation {
  return {
    offset: offset === undefined ? null : u64(offset, "the offset", rule),
    length: length === undefined ? null : u32(length, "the length", rule),
    line: line === undefined || line === 0 ? null : u32(line, "the line", rule),
    column: column === undefined || column === 0 ? null : u32(column, "the column", rule),
  };
}

function optional(value: string | undefined, what: string, rule: string): string | null {
  return value === undefined ? null : text(value, what, rule);
}
