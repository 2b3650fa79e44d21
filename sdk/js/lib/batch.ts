/** The rows of a batch, read by field name. A value that is missing is `undefined`. */

import type { Batch as RawBatch, Column } from "merlon:plugin/types@0.1.0";

import { bigintOf, isMissing, itemsOf, MISSING_TEXT, numberOf, valuesOf } from "./column.ts";
import { type Hit, Hits } from "./hit.ts";

const FLAGS = [false, true, undefined];

/** Events of one subscription, in order: `for (const row of batch)`. */
export class Batch {
  /** The kind of its events: `process.exec`. */
  readonly kind: string;
  /** Number of rows. */
  readonly length: number;
  /** What the subscription asked for. */
  readonly fields: readonly string[];
  readonly #strings: readonly string[];
  readonly #columns: Map<string, Column | undefined>;
  #hits: Hits | undefined;

  constructor(raw: RawBatch, kind: string, fields: readonly string[]) {
    this.kind = kind;
    this.length = raw.rows;
    this.fields = fields;
    this.#strings = raw.strings;
    this.#columns = new Map(fields.map((field, place) => [field, raw.columns[place]]));
  }

  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (let index = 0; index < this.length; index++) {
      yield new Row(this, index);
    }
  }

  /** Of the SDK: one field of every row. */
  column(field: string): Column | undefined {
    const column = this.#columns.get(field);
    if (column === undefined && !this.#columns.has(field)) {
      throw new TypeError(
        `the subscription to ${this.kind} does not ask for the field "${field}": add it there`,
      );
    }
    return column;
  }

  /** Of the SDK: the hits of every row. */
  hits(): Hits {
    this.#hits ??= new Hits(this.#columns, (place) => this.string(place));
    return this.#hits;
  }

  /** Of the SDK: a text by its place. */
  string(place: number | undefined): string | undefined {
    return place === undefined || place === MISSING_TEXT ? undefined : this.#strings[place];
  }
}

/** One event of a batch. */
export class Row {
  /** The batch it belongs to. */
  readonly batch: Batch;
  /** Its place in the batch. */
  readonly index: number;

  constructor(batch: Batch, index: number) {
    this.batch = batch;
    this.index = index;
  }

  /** The kind of event: `process.exec`. */
  get kind(): string {
    return this.batch.kind;
  }

  /** A text field. */
  text(field: string): string | undefined {
    return this.batch.string(valuesOf(this.batch.column(field), "texts", field)?.[this.index]);
  }

  /** A field that lists texts. */
  texts(field: string): string[] {
    const lists = valuesOf(this.batch.column(field), "text-lists", field);
    return itemsOf(lists, this.index).map((place) => this.batch.string(place) ?? "");
  }

  /** A number field. Beyond 2^53, where no field of today comes, it is rounded: see `bigint`. */
  number(field: string): number | undefined {
    const pair = valuesOf(this.batch.column(field), "numbers", field)?.[this.index];
    return pair === undefined || isMissing(pair) ? undefined : numberOf(pair);
  }

  /** A number field, to the last bit. */
  bigint(field: string): bigint | undefined {
    const pair = valuesOf(this.batch.column(field), "numbers", field)?.[this.index];
    return pair === undefined || isMissing(pair) ? undefined : bigintOf(pair);
  }

  /** A field that lists numbers. */
  numbers(field: string): number[] {
    return itemsOf(valuesOf(this.batch.column(field), "number-lists", field), this.index).map(numberOf);
  }

  /** A field that lists numbers, to the last bit. */
  bigints(field: string): bigint[] {
    return itemsOf(valuesOf(this.batch.column(field), "number-lists", field), this.index).map(bigintOf);
  }

  /** A yes-or-no field. */
  flag(field: string): boolean | undefined {
    return FLAGS[valuesOf(this.batch.column(field), "flags", field)?.[this.index] ?? 2];
  }

  /** A text field that holds JSON, as `object` of `k8s.object` does. */
  json<T = unknown>(field: string): T | undefined {
    const text = this.text(field);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  /** The hits in the file, in order of offset. The subscription must ask for `hits.pattern`; of the other
   * `hits.` fields, what it asks for is filled in. */
  hits(): Hit[] {
    this.batch.column("hits.pattern");
    return this.batch.hits().of(this.index);
  }
}
