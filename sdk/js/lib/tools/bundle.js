/** One module out of many, by esbuild: types are erased, unused code is dropped. */

import { join } from "node:path";

import { Failure, load, SDK } from "./project.js";

/** The host's interfaces and their functions, for the fake host of tests. */
const FUNCTIONS = {
  log: ["write"],
  ruleset: ["files", "read"],
  content: ["read"],
  process: ["ancestors"],
  kubernetes: ["list"],
  state: ["get", "set", "increment"],
};
const INTERFACE = /^merlon:plugin\/([a-z]+)@0\.1\.0$/;
const SHARED = { bundle: true, format: "esm", target: "es2024", write: false, logLevel: "silent" };

/** The plugin as the component evaluates it, and the capabilities that it uses. */
export async function bundlePlugin(project) {
  const { outputFiles, metafile } = await bundle(project, {
    stdin: {
      contents: [
        `import plugin from ${JSON.stringify(project.entry)};`,
        `import { detector as make } from ${JSON.stringify(join(SDK, "component.ts"))};`,
        "export const detector = make(plugin);",
      ].join("\n"),
      resolveDir: project.dir,
      sourcefile: "component.js",
    },
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    inject: [join(SDK, "globals", "console.ts"), join(SDK, "globals", "text.ts")],
    define: { "process.env.NODE_ENV": '"production"' },
    keepNames: false,
    metafile: true,
    plugins: [lentByHost],
  });
  const [output] = Object.values(metafile.outputs);
  const used = output.imports.filter((one) => one.external).map((one) => INTERFACE.exec(one.path)[1]);
  return { source: outputFiles[0].text, capabilities: [...new Set(used)] };
}

/** A test as Node runs it, with the fake host. */
export async function bundleTest(project, file, outfile) {
  return bundle(project, {
    entryPoints: [file],
    outfile,
    write: true,
    platform: "node",
    sourcemap: "inline",
    plugins: [lentByFake],
  });
}

async function bundle(project, options) {
  const esbuild = await load(project, "esbuild");
  try {
    return await esbuild.build({ ...SHARED, absWorkingDir: project.dir, ...options });
  } catch (error) {
    const lines = await esbuild.formatMessages(error.errors ?? [], { kind: "error" });
    throw lines.length === 0 ? error : new Failure(lines.join("").trim());
  }
}

const lentByHost = {
  name: "lent by the host",
  setup(build) {
    build.onResolve({ filter: /^merlon:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

const lentByFake = {
  name: "lent by the fake host",
  setup(build) {
    build.onResolve({ filter: INTERFACE }, ({ path }) => ({ path, namespace: "fake" }));
    build.onLoad({ filter: INTERFACE, namespace: "fake" }, ({ path }) => {
      const [, name] = INTERFACE.exec(path);
      return {
        contents: [
          `import { lent } from ${JSON.stringify(join(SDK, "fake.ts"))};`,
          `export const { ${FUNCTIONS[name].join(", ")} } = lent.${name};`,
        ].join("\n"),
        resolveDir: SDK,
      };
    });
  },
};
