/** The hits of the plugin's patterns in a file. */

import type { Column, Lists, Pair } from "merlon:plugin/types@0.1.0";

import { endsOf, numberOf, valuesOf } from "./column.ts";

/** One hit of one of the plugin's patterns in a file. What was not subscribed to is 0 or empty. */
export interface Hit {
  /** The pattern's id. */
  pattern: number;
  /** First byte of the match in the file. */
  offset: number;
  /** Bytes matched. */
  length: number;
  /** From 1. */
  line: number;
  /** From 1, in bytes. */
  column: number;
  /** The first capture group, or the whole match. */
  text: string;
  /** The line around the match. */
  context: string;
}

/** The fields of a batch that describe hits. They list the same hits, so one list has the ends of all. */
export class Hits {
  readonly #patterns: Lists<Pair> | undefined;
  readonly #numbers: (Lists<Pair> | undefined)[];
  readonly #texts: (Lists<number> | undefined)[];
  readonly #string: (place: number) => string | undefined;

  constructor(
    columns: ReadonlyMap<string, Column | undefined>,
    string: (place: number) => string | undefined,
  ) {
    const numbers = (field: string) => valuesOf(columns.get(field), "number-lists", field);
    const texts = (field: string) => valuesOf(columns.get(field), "text-lists", field);
    this.#patterns = numbers("hits.pattern");
    this.#numbers = ["hits.offset", "hits.length", "hits.line", "hits.column"].map(numbers);
    this.#texts = ["hits.text", "hits.context"].map(texts);
    this.#string = string;
  }

  /** Those of one row. */
  of(row: number): Hit[] {
    const found: Hit[] = [];
    const patterns = this.#patterns;
    if (patterns === undefined) {
      return found;
    }
    const [offsets, lengths, lines, columns] = this.#numbers;
    const [texts, contexts] = this.#texts;
    const [start, end] = endsOf(patterns, row);
    for (let n = start; n < end; n++) {
      found.push({
        pattern: numberAt(patterns, n),
        offset: numberAt(offsets, n),
        length: numberAt(lengths, n),
        line: numberAt(lines, n),
        column: numberAt(columns, n),
        text: this.#textAt(texts, n),
        context: this.#textAt(contexts, n),
      });
    }
    return found;
  }

  #textAt(lists: Lists<number> | undefined, n: number): string {
    return this.#string(lists?.items[n] ?? 0) ?? "";
  }
}

function numberAt(lists: Lists<Pair> | undefined, n: number): number {
  const pair = lists?.items[n];
  return pair === undefined ? 0 : numberOf(pair);
}
