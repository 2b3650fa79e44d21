import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { worldOf } from "../../lib/tools/world.js";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const WIT = read("../../lib/wit/merlon.wit");

test("the SDK's copy of the interface is the interface", () => {
  assert.equal(WIT, read("../../../../wit/merlon.wit"));
});

test("a world imports what is used and exports the detector", () => {
  const world = worldOf(WIT, ["log", "state"]).split("world plugin {")[1];
  assert.deepEqual(world.match(/(?:import|export) [a-z]+/g), ["import log", "import state", "export detector"]);
});

test("lists of 64-bit numbers are pairs, other 64-bit numbers stay", () => {
  const world = worldOf(WIT, []);
  assert.equal(world.match(/list<tuple<u32, s32>>/g).length, 2);
  assert.doesNotMatch(world, /list<u64>/);
  assert.match(world, /offset: option<u64>/);
});

test("an interface with other lists is not known", () => {
  assert.throws(() => worldOf(`${WIT}list<u64>`, []), /has 3 lists of 64-bit numbers, not 2/);
});
