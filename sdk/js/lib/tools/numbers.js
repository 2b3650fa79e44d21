/**
 * 64-bit numbers to the last bit.
 *
 * The engine reads a `u64` as a floating-point number: beyond 2^53 it is rounded, and the largest number
 * looks like the missing value. So the component is compiled as if each were a pair of 32-bit numbers,
 * which lies in memory just as it does; then the types that the component declares are turned back.
 */

/** In WIT, as the interface has it and as the component is compiled. */
export const SIXTY_FOUR_BITS = "list<u64>";
export const PAIRS = "list<tuple<u32, s32>>";

/** The same types as a binary component declares them: a tuple of two, which nothing else in the world has,
 * and `u64`. */
const PAIR = Buffer.from([0x6f, 0x02, 0x79, 0x7a]);
const U64 = Buffer.from([0x77]);

const PREAMBLE = 8;
const COMPONENT = 4;
const TYPES = 7;

/** The component with `u64` wherever it declares a pair. */
export function withWholeNumbers(component) {
  const replaced = { count: 0 };
  const whole = rewrite(component, replaced);
  if (replaced.count === 0) {
    throw new Error("the component declares no pairs of numbers: its compiler is not the one that is known");
  }
  return whole;
}

function rewrite(component, replaced) {
  const parts = [component.subarray(0, PREAMBLE)];
  let at = PREAMBLE;
  while (at < component.length) {
    const id = component[at];
    const { value: length, end: start } = readLength(component, at + 1);
    at = start + length;
    const body = component.subarray(start, at);
    const whole = id === COMPONENT ? rewrite(body, replaced) : id === TYPES ? swap(body, replaced) : body;
    parts.push(Buffer.from([id]), lengthOf(whole), whole);
  }
  return Buffer.concat(parts);
}

function swap(types, replaced) {
  const parts = [];
  let from = 0;
  for (let at = types.indexOf(PAIR); at !== -1; at = types.indexOf(PAIR, from)) {
    parts.push(types.subarray(from, at), U64);
    from = at + PAIR.length;
    replaced.count++;
  }
  parts.push(types.subarray(from));
  return Buffer.concat(parts);
}

/** LEB128, as every length in a component is written. */
function readLength(bytes, at) {
  let value = 0;
  let scale = 1;
  for (let end = at; end < bytes.length; end++, scale *= 128) {
    value += (bytes[end] & 0x7f) * scale;
    if (bytes[end] < 0x80) {
      return { value, end: end + 1 };
    }
  }
  throw new Error("the component ends in the middle of a length");
}

/** The length of a part, as it stands before it. */
export function lengthOf(part) {
  const bytes = [];
  let rest = part.length;
  do {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}
