import assert from "node:assert/strict";
import test from "node:test";

import { withWholeNumbers } from "../../lib/tools/numbers.js";

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const PAIR = [0x6f, 0x02, 0x79, 0x7a];

/** A section whose length is written in two bytes, as some encoders do. */
const padded = (id, ...body) => [id, body.length | 0x80, 0, ...body];
const section = (id, ...body) => [id, body.length, ...body];

test("pairs become numbers in the types of a component and of those inside", () => {
  const inner = [...PREAMBLE, ...section(7, 1, ...PAIR)];
  const component = [...PREAMBLE, ...padded(7, 2, ...PAIR, ...PAIR), ...section(4, ...inner)];
  const innerAfter = [...PREAMBLE, ...section(7, 1, 0x77)];
  assert.deepEqual(
    [...withWholeNumbers(Buffer.from(component))],
    [...PREAMBLE, ...section(7, 2, 0x77, 0x77), ...section(4, ...innerAfter)],
  );
});

test("the same bytes in code stay what they are", () => {
  const rest = [...section(1, ...PAIR), ...section(0, ...PAIR)];
  const made = withWholeNumbers(Buffer.from([...PREAMBLE, ...rest, ...section(7, 1, ...PAIR)]));
  assert.deepEqual([...made], [...PREAMBLE, ...rest, ...section(7, 1, 0x77)]);
});

test("a component without pairs, or that is cut off, is no plugin", () => {
  assert.throws(() => withWholeNumbers(Buffer.from(PREAMBLE)), /declares no pairs/);
  assert.throws(() => withWholeNumbers(Buffer.from([...PREAMBLE, 7, 0x80])), /in the middle of a length/);
});
