import assert from "node:assert/strict";
import test from "node:test";

import { TextDecoder as Decoder, TextEncoder as Encoder } from "../lib/globals/text.ts";

const TEXTS = ["", "plain", "ü日本\u{1f980}", "\u{10ffff}\ue000", "\ud83d", "\udc00x", "a".repeat(10_000)];

test("texts are encoded as Node encodes them", () => {
  for (const text of TEXTS) {
    assert.deepEqual(new Encoder().encode(text), new TextEncoder().encode(text));
  }
});

test("every pair and many triples of bytes are decoded as Node decodes them", () => {
  const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff];
  const same = (...bytes) =>
    assert.equal(new Decoder().decode(Uint8Array.from(bytes)), new TextDecoder().decode(Uint8Array.from(bytes)));
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      same(first, second);
    }
    for (const second of edges) {
      for (const third of edges) {
        same(first, second, third, 0xbf, 0x41);
        same(first, second, third);
      }
    }
  }
});

test("a long text and a part of a buffer are decoded", () => {
  const bytes = new Encoder().encode(`x${"ü日".repeat(10_000)}`);
  assert.equal(new Decoder().decode(bytes.subarray(1)), "ü日".repeat(10_000));
  assert.equal(new Decoder().decode(bytes.buffer), `x${"ü日".repeat(10_000)}`);
});

test("a byte order mark is dropped unless it is asked for", () => {
  const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41);
  assert.equal(new Decoder().decode(bytes), "A");
  assert.equal(new Decoder("utf-8", { ignoreBOM: true }).decode(bytes), "\ufeffA");
});

test("a fatal decoder refuses what is no UTF-8, and every decoder another encoding", () => {
  assert.throws(() => new Decoder("utf8", { fatal: true }).decode(Uint8Array.of(0xff)), TypeError);
  assert.throws(() => new Decoder("latin1"), RangeError);
});
