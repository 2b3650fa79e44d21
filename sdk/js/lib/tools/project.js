/** The project in the current directory: where its parts are, and the tools of its `node_modules`. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of the SDK. */
export const SDK = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** The compiler whose output the host and `numbers.js` know. */
const COMPILER = "0.4.5";
/** The first Node.js with everything that the fake host and the tests use. */
const NODE = 20;

/** What stops a build, in words for the author. */
export class Failure extends Error {}

/** Reads `package.json`; `main` names the module whose default export is the plugin. */
export function openProject(dir = process.cwd()) {
  if (Number.parseInt(process.versions.node, 10) < NODE) {
    throw new Failure(`this SDK needs Node.js ${NODE} or newer, this is ${process.versions.node}`);
  }
  const file = join(dir, "package.json");
  if (!existsSync(file)) {
    throw new Failure(`${dir} has no package.json: \`merlon plugin new --language ts NAME\` makes a project`);
  }
  const { main } = JSON.parse(readFileSync(file, "utf8"));
  if (typeof main !== "string") {
    throw new Failure(`${file}: set "main" to the module whose default export is the plugin`);
  }
  const entry = join(dir, main);
  if (!existsSync(entry)) {
    throw new Failure(`${file}: "main" names ${main}, which does not exist`);
  }
  return { dir, entry, require: createRequire(file) };
}

/** Loads a tool that the project depends on. */
export async function load(project, name) {
  return import(pathToFileURL(locate(project, name)).href);
}

/** Where a tool is that the project depends on. */
export function locate(project, path) {
  try {
    return project.require.resolve(path);
  } catch (cause) {
    throw new Failure(`${path} is not installed in ${project.dir}: run \`npm install\``, { cause });
  }
}

/** Loads the compiler, in the one version that is known to fit. */
export async function loadCompiler(project) {
  const manifest = locate(project, "componentize-qjs/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  if (version !== COMPILER) {
    throw new Failure(
      `this SDK needs componentize-qjs ${COMPILER} and finds ${version}: ` +
        `npm install --save-dev --save-exact componentize-qjs@${COMPILER}`,
    );
  }
  return load(project, "componentize-qjs");
}

/** Runs the work of a command; a failure is a line and exit code 1. */
export async function run(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) {
      throw error;
    }
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
