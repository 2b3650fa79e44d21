import assert from "node:assert/strict";
import test from "node:test";

import { madeIn } from "../../lib/tools/producers.js";

const ascii = (text) => [...Buffer.from(text)];

test("the language stands in a section of its own at the end", () => {
  const field = [1, 8, ...ascii("language"), 1, 10, ...ascii("TypeScript"), 0];
  const section = [0, 10 + field.length, 9, ...ascii("producers"), ...field];
  assert.deepEqual([...madeIn("TypeScript", Buffer.from([1, 2]))], [1, 2, ...section]);
});
