/** One field of every row, as it lies in a batch. */

import type { Column, Columns, Lists, Pair } from "merlon:plugin/types@0.1.0";

/** The place of the missing text. */
export const MISSING_TEXT = 0;
const HIGH = 2 ** 32;
const READ_BY: Record<keyof Columns, string> = {
  "texts": "text",
  "text-lists": "texts",
  "numbers": "number",
  "number-lists": "numbers",
  "flags": "flag",
};

/** What the column holds, when it is of that type. A test that says nothing of a field leaves its column
 * out, so it has no type. */
export function valuesOf<T extends keyof Columns>(
  column: Column | undefined,
  tag: T,
  field: string,
): Columns[T] | undefined {
  if (column === undefined || column.tag === tag) {
    return column?.val as Columns[T] | undefined;
  }
  throw new TypeError(
    `read the field "${field}" with ${READ_BY[column.tag]}(), not with ${READ_BY[tag]}()`,
  );
}

/** Where the items of one row begin and end. */
export function endsOf(lists: Lists<unknown>, row: number): [start: number, end: number] {
  return [row === 0 ? 0 : (lists.ends[row - 1] ?? 0), lists.ends[row] ?? 0];
}

/** The items of one row. */
export function itemsOf<T>(lists: Lists<T> | undefined, row: number): T[] {
  return lists === undefined ? [] : lists.items.slice(...endsOf(lists, row));
}

/** All bits set is the missing number. */
export function isMissing([low, high]: Pair): boolean {
  return (low & high) === -1;
}

/** Rounded beyond 2^53. */
export function numberOf([low, high]: Pair): number {
  return (high >>> 0) * HIGH + (low >>> 0);
}

/** To the last bit. */
export function bigintOf([low, high]: Pair): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
