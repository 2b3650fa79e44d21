/** Numbers and texts on their way to the host. One that it cannot take would cost the instance without a
 * word, so they are checked here. `what` is in the error, and the rule if the value is of one. */

/** A number of 32 bits. The engine reads numbers of the boundary as signed. */
export function u32(value: number, what: string, rule?: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`${at(what, rule)} must be an integer from 0 to ${0xffff_ffff}, not ${value}`);
  }
  return value | 0;
}

/** A number of 64 bits, as far as JavaScript's are exact. */
export function u64(value: number, what: string, rule?: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${at(what, rule)} must be an integer from 0 to 2^53 - 1, not ${value}`);
  }
  return value;
}

/** A text that is valid Unicode: half of a surrogate pair, as `slice` may leave one, is replaced. */
export function text(value: string, what: string, rule?: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`${at(what, rule)} must be a string, not ${shown(value)}`);
  }
  return value.isWellFormed() ? value : value.toWellFormed();
}

/** A list of texts. */
export function texts(values: Iterable<string> | undefined, what: string, rule?: string): string[] {
  return values === undefined ? [] : Array.from(values, (value) => text(value, what, rule));
}

/** One of a few words. */
export function word<T extends string>(value: T, words: readonly T[], what: string, rule: string): T {
  if (!words.includes(value)) {
    throw new TypeError(`${at(what, rule)} must be one of ${words.join(", ")}, not ${shown(value)}`);
  }
  return value;
}

function at(what: string, rule: string | undefined): string {
  return rule === undefined ? what : `rule ${rule}: ${what}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : value === null ? "null" : typeof value;
}
