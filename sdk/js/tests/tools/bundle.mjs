import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { bundlePlugin } from "../../lib/tools/bundle.js";
import { openProject } from "../../lib/tools/project.js";

const TESTS = fileURLToPath(new URL("..", import.meta.url));

/** Bundles a plugin of these lines. It lies below this directory, where the packages are found. */
async function bundled(t, ...lines) {
  const dir = mkdtempSync(join(TESTS, "node_modules", "bundle-"));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, "package.json"), '{ "main": "plugin.ts" }');
  writeFileSync(join(dir, "plugin.ts"), lines.join("\n"));
  return bundlePlugin(openProject(dir));
}

const plugin = (body = "") => `export default class { manifest() {} *evaluate(batch) { ${body} } }`;

test("a plugin that uses nothing asks for nothing", async (t) => {
  const { source, capabilities } = await bundled(t, 'import { log, state } from "merlon";', plugin());
  assert.deepEqual(capabilities, []);
  assert.doesNotMatch(source, /merlon:plugin/);
});

test("a plugin asks for what it uses", async (t) => {
  const { capabilities } = await bundled(
    t,
    'import { log, state } from "merlon";',
    plugin('for (const row of batch) state.get(row, "k");'),
  );
  assert.deepEqual(capabilities, ["state"]);
});

test("console is the log", async (t) => {
  const { capabilities } = await bundled(t, plugin('console.log("x");'));
  assert.deepEqual(capabilities, ["log"]);
});

test("what the engine lacks is part of the bundle", async (t) => {
  const { source } = await bundled(t, plugin("new TextDecoder();"));
  assert.match(source, /there is no decoder for/);
});

test("a module that does not exist is an error with its place", async (t) => {
  await assert.rejects(
    bundled(t, 'import "no-such-package";', plugin()),
    /Could not resolve "no-such-package"[^]*plugin\.ts:1:7/,
  );
});
