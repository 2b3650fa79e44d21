import assert from "node:assert/strict";
import test from "node:test";

import { content, HostError, kubernetes, log, process, ruleset, state } from "merlon";
import { ancestor, Harness, World } from "merlon/testing";

import { console as prelude } from "../lib/globals/console.ts";
import { sample } from "./sample.ts";

/** What `ask` gets to know about each event. */
function asked(ask, events, world) {
  const answers = [];
  const plugin = sample({
    evaluate: (batch) => {
      answers.push(...Array.from(batch, ask));
      return [];
    },
  });
  new Harness(plugin, {}, world).judge("process.exec", ...events.map((event) => ({ fields: {}, ...event })));
  return answers;
}

test("state counts and forgets by the time of the events", () => {
  const events = [{ at: 0 }, { at: 999 }, { at: 1000 }];
  assert.deepEqual(asked((row) => state.increment(row, "k", 2, 1000), events), [2, 4, 2]);
});

test("state keeps a value until it expires", () => {
  const look = (row) => {
    const before = state.get(row, "k");
    state.set(row, "k", `row ${row.index}`, 100);
    return before;
  };
  assert.deepEqual(asked(look, [{ at: 0 }, { at: 99 }, { at: 300 }]), [undefined, "row 0", undefined]);
});

test("what the host refuses is a HostError with its text", () => {
  const refusal = { constructor: HostError, message: "no file `../secret` in the ruleset" };
  const [error] = asked(() => caught(() => ruleset.read("../secret")), [{}]);
  assert.deepEqual({ constructor: error.constructor, message: error.message }, refusal);
  assert.equal(asked((row) => caught(() => content.read(row, 0, 1)), [{}])[0].name, "HostError");
});

test("bytes are read from an offset, and none behind the end", () => {
  const look = (row) => [...content.read(row, 1, 2), ...content.read(row, 2 ** 40, 16)];
  assert.deepEqual(asked(look, [{ content: "abcd" }]), [[98, 99]]);
});

test("files, objects, ancestors and lines are the world's", () => {
  const world = new World();
  world.files = { "b.txt": "b", "a.txt": "a" };
  world.objects = [{ kind: "Pod" }, { kind: "Node" }];
  const look = (row) => {
    log.warn("a line");
    return [ruleset.files(), kubernetes.list("Pod"), kubernetes.list().length, process.ancestors(row)[0].uid];
  };
  // The engine hands over the largest user id as -1.
  const events = [{ ancestors: [ancestor("/sbin/init", { uid: -1 })] }];
  assert.deepEqual(asked(look, events, world), [[["a.txt", "b.txt"], [{ kind: "Pod" }], 2, 2 ** 32 - 1]]);
  assert.deepEqual(world.lines, ["warn: a line"]);
});

test("console writes into the log", () => {
  const world = new World();
  asked(() => prelude.log("a", 1, { b: [2] }, undefined, 3n), [{}], world);
  asked(() => prelude.error(new TypeError("broken")), [{}], world);
  assert.equal(world.lines[0], 'info: a 1 {"b":[2]} undefined 3');
  assert.match(world.lines[1], /^error: TypeError: broken/);
});

function caught(act) {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
