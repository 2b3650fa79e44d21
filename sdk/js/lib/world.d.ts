// What `wit/merlon.wit` says, as componentize-qjs hands it to JavaScript: names in camel case, `null` for
// none, an error of the host thrown as its text. Unsigned 32-bit numbers arrive and leave as signed ones;
// `column.ts`, `process.ts` and `boundary.ts` turn them round. Numbers of 64 bits in a list are pairs, see
// `tools/numbers.js`.

declare module "merlon:plugin/types@0.1.0" {
  export type Severity = "info" | "low" | "medium" | "high" | "critical";
  export type Confidence = "low" | "medium" | "high";
  export type Outcome = "fail" | "pass" | "skip";

  export interface Rule {
    id: string;
    title: string;
    severity: Severity;
    confidence: Confidence;
    attack: string[];
    controls: string[];
    remediation: string;
    references: string[];
  }

  export interface Subscription {
    kind: string;
    fields: string[];
    where: string | null;
  }

  export type PatternSource = { tag: "literal"; val: Uint8Array } | { tag: "regex"; val: string };

  export interface Pattern {
    id: number;
    source: PatternSource;
    nocase: boolean;
    files: string | null;
  }

  export interface Manifest {
    rules: Rule[];
    subscriptions: Subscription[];
    patterns: Pattern[];
  }

  /** The low and the high 32 bits. */
  export type Pair = [low: number, high: number];

  export interface Lists<T> {
    ends: number[];
    items: T[];
  }

  /** What a column of each type holds. */
  export interface Columns {
    "texts": number[];
    "text-lists": Lists<number>;
    "numbers": Pair[];
    "number-lists": Lists<Pair>;
    "flags": Uint8Array;
  }

  export type Column = { [T in keyof Columns]: { tag: T; val: Columns[T] } }[keyof Columns];

  export interface Batch {
    subscription: number;
    rows: number;
    strings: string[];
    columns: Column[];
  }

  export interface Location {
    offset: number | null;
    length: number | null;
    line: number | null;
    column: number | null;
  }

  export interface Finding {
    row: number;
    rule: number;
    outcome: Outcome;
    message: string;
    container: string | null;
    location: Location | null;
    failedPaths: string[];
    fixPaths: { path: string; value: string }[];
    evidence: [key: string, value: string][];
    distinct: string | null;
  }
}

declare module "merlon:plugin/log@0.1.0" {
  export type Level = "debug" | "info" | "warn" | "error";
  export function write(level: Level, message: string): void;
}

declare module "merlon:plugin/ruleset@0.1.0" {
  export function files(): string[];
  export function read(path: string): Uint8Array;
}

declare module "merlon:plugin/content@0.1.0" {
  export function read(row: number, offset: number, length: number): Uint8Array;
}

declare module "merlon:plugin/process@0.1.0" {
  export interface Ancestor {
    execId: string;
    pid: number;
    exe: string;
    argv: string[];
    comm: string;
    uid: number;
    euid: number;
  }
  export function ancestors(row: number): Ancestor[];
}

declare module "merlon:plugin/kubernetes@0.1.0" {
  export function list(kind: string): string[];
}

declare module "merlon:plugin/state@0.1.0" {
  export function get(row: number, key: string): string | null;
  export function set(row: number, key: string, value: string, ttlMs: number): void;
  export function increment(row: number, key: string, by: number, ttlMs: number): number;
}
