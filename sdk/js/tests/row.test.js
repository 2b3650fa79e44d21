import assert from "node:assert/strict";
import test from "node:test";

import { Harness } from "merlon/testing";

import { FIELDS, sample } from "./sample.ts";

/** What `look` sees in each row. */
function seen(look, ...rows) {
  const found = [];
  const plugin = sample({
    evaluate: (batch) => {
      found.push(...Array.from(batch, look));
      return [];
    },
  });
  new Harness(plugin).judge("process.exec", ...rows.map((fields) => ({ fields })));
  return found;
}

test("each type of field is read by its name", () => {
  const row = { exe: "/bin/ü", argv: ["a", "", "b"], pid: 7, "hits.pattern": [1, 2], argv_truncated: false };
  const [found] = seen(
    (one) => [
      one.kind,
      one.index,
      one.text("exe"),
      one.texts("argv"),
      one.number("pid"),
      one.numbers("hits.pattern"),
      one.flag("argv_truncated"),
    ],
    row,
  );
  assert.deepEqual(found, ["process.exec", 0, "/bin/ü", ["a", "", "b"], 7, [1, 2], false]);
});

test("rows of a list keep their own items", () => {
  const rows = [{ argv: ["a", "b"] }, { argv: [] }, { argv: ["c"] }, {}];
  assert.deepEqual(seen((row) => row.texts("argv"), ...rows), [["a", "b"], [], ["c"], []]);
});

test("what is missing is undefined, beside values and without any", () => {
  const look = (row) => [row.text("exe"), row.number("pid"), row.flag("argv_truncated"), row.json("object")];
  const nothing = [undefined, undefined, undefined, undefined];
  const full = { exe: "x", pid: 0, argv_truncated: true, object: "null" };
  assert.deepEqual(seen(look, full, {}), [["x", 0, true, null], nothing]);
  assert.deepEqual(seen(look, {}), [nothing]);
});

test("numbers of 64 bits are whole as bigint and rounded as number", () => {
  const largest = 2n ** 64n - 2n;
  const look = (row) => [row.bigint("pid"), row.number("pid"), row.bigints("hits.offset")];
  const values = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, largest];
  const rows = values.map((value) => ({ pid: value, "hits.offset": [value, 3] }));
  assert.deepEqual(
    seen(look, ...rows),
    values.map((value) => [value, Number(value), [value, 3n]]),
  );
});

test("a field that was not asked for is named", () => {
  const wanted = /the subscription to process\.exec does not ask for the field "cwd": add it there/;
  assert.throws(() => seen((row) => row.text("cwd"), {}), wanted);
});

test("a field that is read as another type says how it is read", () => {
  const wanted = /read the field "pid" with number\(\), not with text\(\)/;
  assert.throws(() => seen((row) => row.text("pid"), { pid: 7 }), wanted);
});

test("a hit has what was subscribed to, and 0 or nothing for the rest", () => {
  const [hits] = seen((row) => row.hits(), { "hits.pattern": [4], "hits.offset": [10] });
  const rest = { length: 0, line: 0, column: 0, text: "", context: "" };
  assert.deepEqual(hits, [{ pattern: 4, offset: 10, ...rest }]);
});

test("a batch tells its length and fields", () => {
  const plugin = sample({
    evaluate: (batch) => {
      assert.deepEqual([batch.length, batch.fields, batch.kind], [2, FIELDS, "process.exec"]);
      return [];
    },
  });
  new Harness(plugin).judge("process.exec", { fields: {} }, { fields: {} });
});
