#!/usr/bin/env node
/** Runs the tests of the project in the current directory in Node, against a fake host: each `*.test.ts`
 * and `*.test.js`, or the files that are named. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

import { bundleTest } from "./tools/bundle.js";
import { Failure, openProject, run } from "./tools/project.js";

const TEST = /\.test\.[cm]?[jt]s$/;
const NO_SOURCES = ["node_modules", "merlon"];

await run(async () => {
  const project = openProject();
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : [...testsBelow(project.dir)];
  if (files.length === 0) {
    throw new Failure(`${project.dir} has no tests: they are named *.test.js or *.test.ts`);
  }
  // Below the project, so that what a test imports from node_modules is found.
  const cache = join(project.dir, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "merlon-test-"));
  try {
    const built = files.map((file) => join(work, `${relative(project.dir, file).replaceAll(/[\\/]/g, ".")}.mjs`));
    await Promise.all(files.map((file, n) => bundleTest(project, file, built[n])));
    const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], {
      stdio: "inherit",
      cwd: project.dir,
    });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

function* testsBelow(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory() && !NO_SOURCES.includes(entry.name) && !entry.name.startsWith(".")) {
      yield* testsBelow(path);
    } else if (entry.isFile() && TEST.test(entry.name)) {
      yield path;
    }
  }
}
