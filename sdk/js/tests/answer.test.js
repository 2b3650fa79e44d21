import assert from "node:assert/strict";
import test from "node:test";

import { HostError, PluginError } from "merlon";
import { detector } from "merlon/component";
import { batchOf, Harness } from "merlon/testing";

import { sample } from "./sample.ts";

const ROW = { fields: { exe: "/bin/sh" } };

/** The answer to one row, given by `make`. */
function answered(make) {
  const plugin = sample({ evaluate: (batch) => Array.from(batch, make) });
  return new Harness(plugin).judge("process.exec", ROW)[0];
}

const finding = (row) => ({ row, rule: "one", message: "m" });

test("a plain finding fails and has no optional field", () => {
  assert.deepEqual(answered(finding), {
    rule: "one",
    row: 0,
    message: "m",
    outcome: "fail",
    evidence: {},
    location: undefined,
    container: undefined,
    failedPaths: [],
    fixes: {},
    distinct: undefined,
  });
});

test("every field of a finding arrives", () => {
  const rest = {
    outcome: "skip",
    evidence: { k: "v", n: 3 },
    location: { offset: 7, line: 2 },
    container: "app",
    failedPaths: ["a.b"],
    fixes: { "a.b": "false" },
    distinct: "=x",
  };
  const answer = answered((row) => ({ ...finding(row), ...rest }));
  assert.deepEqual(answer, { rule: "one", row: 0, message: "m", ...rest, evidence: { k: "v", n: "3" } });
});

test("evidence of undefined is left out", () => {
  assert.deepEqual(answered((row) => ({ ...finding(row), evidence: { a: undefined, b: "c" } })).evidence, {
    b: "c",
  });
});

test("a hit is a location; a line of 0 is not known", () => {
  const hit = { pattern: 1, offset: 5, length: 2, line: 0, column: 0, text: "", context: "" };
  assert.deepEqual(answered((row) => ({ ...finding(row), location: hit })).location, { offset: 5, length: 2 });
});

test("half of a surrogate pair is replaced", () => {
  const smile = "\u{1f600}".slice(0, 1);
  assert.equal(answered((row) => ({ ...finding(row), message: smile })).message, "\ufffd");
});

test("what the boundary cannot take is an error that names it", () => {
  for (const [part, wanted] of [
    [{ message: 7 }, /rule one: the message must be a string, not number/],
    [{ outcome: "failed" }, /rule one: the outcome must be one of fail, pass, skip, not "failed"/],
    [{ location: { line: -1 } }, /rule one: the line must be an integer from 0 to 4294967295/],
    [{ location: { offset: 2 ** 53 } }, /rule one: the offset must be an integer/],
    [{ evidence: { k: {} } }, /rule one: evidence must be a string, not object/],
  ]) {
    assert.throws(() => answered((row) => ({ ...finding(row), ...part })), wanted);
  }
});

test("a rule that the manifest does not have is an error for the operator", () => {
  const wanted = { name: "PluginError", message: "the manifest has no rule `two`: add it there" };
  assert.throws(() => answered((row) => ({ ...finding(row), rule: "two" })), wanted);
});

test("the settings arrive parsed and as they were written", () => {
  let given;
  const plugin = sample({ start: (...both) => (given = both) });
  detector(plugin).describe('{"b": 1, "a": "ü"}');
  assert.deepEqual(given, [{ b: 1, a: "ü" }, '{"b": 1, "a": "ü"}']);
});

test("a refusal is thrown to the host as its text", () => {
  const start = () => {
    throw new PluginError("refused: é");
  };
  assert.equal(thrownBy(() => detector(sample({ start })).describe("{}")), "refused: é");
  assert.match(thrownBy(() => detector(sample({})).describe("{")), /^the settings are no JSON: SyntaxError/);
});

test("what the host refused is the answer of a plugin that does not catch it", () => {
  const evaluate = () => {
    throw new HostError("no room");
  };
  assert.equal(thrownBy(() => evaluated(sample({ evaluate }))), "no room");
});

test("a bug gives the host an answer that the engine prints and does not survive", () => {
  const bug = () => {
    throw new TypeError("x is not a function");
  };
  const [finding] = evaluated(sample({ evaluate: bug }));
  assert.match(finding.outcome, /^TypeError: x is not a function\n/);
  const [rule] = detector(sample({ start: bug })).describe("{}").rules;
  assert.match(rule.severity, /^TypeError: x is not a function\n/);
});

test("a batch before describe is refused", () => {
  const wanted = "evaluate was called before describe";
  assert.equal(thrownBy(() => detector(sample({})).evaluate(batchOf(0, [], []))), wanted);
});

function evaluated(plugin) {
  const made = detector(plugin);
  const { subscriptions } = made.describe("{}");
  return made.evaluate(batchOf(0, subscriptions[0].fields, [ROW]));
}

function thrownBy(act) {
  try {
    act();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}
