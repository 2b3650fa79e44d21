/** `TextEncoder` and `TextDecoder`, for UTF-8. */

const REPLACEMENT = 0xfffd;
const BOM = 0xfeff;
/** Arguments per call: the engine's stack is small. */
const CHUNK = 4096;
const NOT_ASCII = /[^\x00-\x7f]/;

export class TextEncoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array {
    const bytes = new Uint8Array(text.length * 3);
    let end = 0;
    for (const letter of text.toWellFormed()) {
      end = put(bytes, end, letter.codePointAt(0) ?? REPLACEMENT);
    }
    return bytes.slice(0, end);
  }
}

function put(bytes: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const mark = [0, 0xc0, 0xe0, 0xf0][following] ?? 0;
  bytes[at] = mark | (point >> (6 * following));
  for (let n = 1; n <= following; n++) {
    bytes[at + n] = 0x80 | ((point >> (6 * (following - n))) & 0x3f);
  }
  return at + following + 1;
}

export class TextDecoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (label !== "utf-8" && !/^\s*(?:utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) {
      throw new RangeError(`there is no decoder for ${label}, only for utf-8`);
    }
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(input: ArrayBuffer | ArrayBufferView = new Uint8Array()): string {
    const bytes =
      input instanceof ArrayBuffer
        ? new Uint8Array(input)
        : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    const text = wellFormed(bytes) ?? this.#replaced(bytes);
    return !this.ignoreBOM && text.codePointAt(0) === BOM ? text.slice(1) : text;
  }

  #replaced(bytes: Uint8Array): string {
    let text = "";
    let chunk: number[] = [];
    for (const point of this.#points(bytes)) {
      if (chunk.push(point) === CHUNK) {
        text += String.fromCodePoint(...chunk);
        chunk = [];
      }
    }
    return text + String.fromCodePoint(...chunk);
  }

  /** The algorithm of the Encoding Standard: a sequence that breaks off is replaced as one, and what broke
   * it is read again. */
  *#points(bytes: Uint8Array): Generator<number, void, undefined> {
    let at = 0;
    while (at < bytes.length) {
      const first = bytes[at++] ?? 0;
      const sequence = sequenceOf(first);
      let point = sequence.bits;
      let { low, high } = sequence;
      let missing = sequence.following;
      while (missing > 0) {
        const next = bytes[at] ?? 0;
        if (next < low || next > high) {
          break;
        }
        [low, high] = [0x80, 0xbf];
        point = (point << 6) | (next & 0x3f);
        missing--;
        at++;
      }
      yield missing === 0 ? point : this.#invalid();
    }
  }

  #invalid(): number {
    if (this.fatal) {
      throw new TypeError("the bytes are not UTF-8");
    }
    return REPLACEMENT;
  }
}

/** Bytes that are UTF-8, by functions of the engine: ten times as fast as one code point after the
 * other. Nothing for other bytes. */
function wellFormed(bytes: Uint8Array): string | undefined {
  let letters = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    letters += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  if (!NOT_ASCII.test(letters)) {
    return letters;
  }
  try {
    return decodeURIComponent(escape(letters));
  } catch {
    return undefined;
  }
}

interface Sequence {
  /** Of the first byte. */
  bits: number;
  /** Bytes that must follow. */
  following: number;
  /** What the second byte may be. */
  low: number;
  high: number;
}

function sequenceOf(first: number): Sequence {
  if (first < 0x80) {
    return { bits: first, following: 0, low: 0x80, high: 0xbf };
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return { bits: first & 0x1f, following: 1, low: 0x80, high: 0xbf };
  }
  if (first >= 0xe0 && first <= 0xef) {
    // No overlong forms, no surrogates.
    const low = first === 0xe0 ? 0xa0 : 0x80;
    return { bits: first & 0xf, following: 2, low, high: first === 0xed ? 0x9f : 0xbf };
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    return { bits: first & 0x7, following: 3, low, high: first === 0xf4 ? 0x8f : 0xbf };
  }
  // Nothing fits between 1 and 0: a first byte that starts no sequence.
  return { bits: 0, following: 1, low: 1, high: 0 };
}
