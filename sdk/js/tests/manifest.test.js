import assert from "node:assert/strict";
import test from "node:test";

import { Harness } from "merlon/testing";

import { sample } from "./sample.ts";

const described = (manifest) => new Harness(sample({ manifest })).manifest;

test("a rule that says little is of medium severity and high confidence", () => {
  assert.deepEqual(described({ rules: [{ id: "a", title: "A" }] }).rules, [
    {
      id: "a",
      title: "A",
      severity: "medium",
      confidence: "high",
      attack: [],
      controls: [],
      remediation: "",
      references: [],
    },
  ]);
});

test("patterns are regexes, texts and bytes", () => {
  const patterns = [
    { id: 1, regex: "a+" },
    { id: 2 ** 32 - 1, literal: "ü", ignoreCase: true, files: "*.txt" },
    { id: 3, literal: Uint8Array.of(0xff) },
  ];
  assert.deepEqual(described({ patterns }).patterns, [
    { id: 1, source: { tag: "regex", val: "a+" }, nocase: false, files: null },
    // The engine reads what it hands over as signed.
    { id: -1, source: { tag: "literal", val: Uint8Array.of(0xc3, 0xbc) }, nocase: true, files: "*.txt" },
    { id: 3, source: { tag: "literal", val: Uint8Array.of(0xff) }, nocase: false, files: null },
  ]);
});

test("a manifest that the boundary cannot take is an error that names the place", () => {
  for (const [manifest, wanted] of [
    [{ patterns: [{ id: 1 }] }, /the pattern 1 must have either a regex or a literal/],
    [{ patterns: [{ id: -1, regex: "a" }] }, /the id of a pattern must be an integer/],
    [{ rules: [{ id: "a" }] }, /rule a: the title must be a string, not undefined/],
    [{ rules: [{ id: "a", title: "A", severity: "severe" }] }, /rule a: the severity must be one of info/],
  ]) {
    assert.throws(() => described(manifest), wanted);
  }
});
