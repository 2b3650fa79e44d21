#!/usr/bin/env node
/** Builds the project in the current directory into `plugin.wasm`: checks its types, bundles it, compiles
 * the bundle. Needs the packages of the project's `package.json` and nothing else, no network either. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundlePlugin } from "./tools/bundle.js";
import { withWholeNumbers } from "./tools/numbers.js";
import { madeIn } from "./tools/producers.js";
import { Failure, loadCompiler, locate, openProject, run, SDK } from "./tools/project.js";
import { worldOf } from "./tools/world.js";

const OUTPUT = "plugin.wasm";

await run(async () => {
  const project = openProject();
  const compiler = await loadCompiler(project);
  checkTypes(project);
  const { source, capabilities } = await bundlePlugin(project);
  const language = /\.[cm]?ts$/.test(project.entry) ? "TypeScript" : "JavaScript";
  const component = madeIn(language, await compile(compiler, source, capabilities));
  const file = join(project.dir, OUTPUT);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, component);
  renameSync(unfinished, file);
  const uses = capabilities.length === 0 ? "no capability" : capabilities.join(", ");
  console.error(`${OUTPUT}: ${Math.round(component.length / 1024)} KiB, uses ${uses}`);
});

/** esbuild erases types without looking at them. */
function checkTypes(project) {
  if (!existsSync(join(project.dir, "tsconfig.json"))) {
    return;
  }
  const compiler = locate(project, "typescript/lib/tsc.js");
  const { status } = spawnSync(process.execPath, [compiler, "--noEmit", "--project", project.dir], {
    stdio: ["ignore", 2, 2],
    cwd: project.dir,
  });
  if (status !== 0) {
    throw new Failure("the types do not fit, see above");
  }
}

async function compile({ componentize }, source, capabilities) {
  const work = mkdtempSync(join(tmpdir(), "merlon-build-"));
  try {
    const witPath = join(work, "world.wit");
    const wit = readFileSync(join(SDK, "wit", "merlon.wit"), "utf8");
    writeFileSync(witPath, worldOf(wit, capabilities));
    // `sync`: the host calls without the asynchronous conventions of components.
    const { component } = await componentize({ witPath, jsSource: source, world: "plugin", sync: true });
    return withWholeNumbers(component);
  } catch (error) {
    throw new Failure(`the plugin does not start${error.message.replace(/^[\s:]*/, ": ")}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
