/** Numbers and texts on their way to the host. One that it cannot take would cost the instance without a
 * word, so they are checked here. */

/** A number of 32 bits. The engine reads numbers of the boundary as signed. */
export function u32(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`${what} must be an integer from 0 to ${0xffff_ffff}, not ${value}`);
  }
  return value | 0;
}

/** A number of 64 bits, as far as JavaScript's are exact. */
export function u64(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${what} must be an integer from 0 to 2^53 - 1, not ${value}`);
  }
  return value;
}

/** A text that is valid Unicode: half of a surrogate pair, as `slice` may leave one, is replaced. */
export function text(value: string, what: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`${what} must be a string, not ${describe(value)}`);
  }
  return value.toWellFormed();
}

/** A list of texts. */
export function texts(values: Iterable<string> | undefined, what: string): string[] {
  return Array.from(values ?? [], (value) => text(value, what));
}

/** One of a few words. */
export function word<T extends string>(value: T, words: readonly T[], what: string): T {
  if (!words.includes(value)) {
    throw new TypeError(`${what} must be one of ${words.join(", ")}, not ${describe(value)}`);
  }
  return value;
}

function describe(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : value === null ? "null" : typeof value;
}
