// In JavaScript: the types of Node would offer the plugin what its sandbox does not have.
import assert from "node:assert/strict";
import test from "node:test";

import { Harness } from "merlon/testing";

import ShellInContainer from "./detection.ts";

test("bash in a container is found", () => {
  const [answer] = new Harness(ShellInContainer).judge("process.exec", {
    fields: { exe: "/bin/bash", "container.id": "web" },
  });
  assert.equal(answer.rule, "shell-in-container");
  assert.equal(answer.message, "/bin/bash runs in a container");
  assert.deepEqual(answer.evidence, { container: "web" });
});
