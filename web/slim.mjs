// An esbuild plugin: TensorFlow.js with no more operations and kernels than some models use. It edits
// the library's own files, and stops the build where one has changed. With documented hooks alone a
// first label would take 114 kB of scripts instead of 75, and tests/server/test_static.py allows 100;
// and 107 kB of WebAssembly instead of 72.
import { readFile } from "node:fs/promises";
import binaryen from "binaryen";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";

const core = "@tensorflow/tfjs-core";

const KERNEL = /^_?[A-Z]/; // so do kernels begin among WebAssembly's exports, and nothing else

/**
 * The operations in the graphs of models, the kernels that their predictions call, and the functions
 * of WebAssembly that these do. Rejects if TensorFlow.js cannot run a model.
 * @param {string[]} folders each with a `model.json` and its weights
 */
export async function needsOf(folders) {
  const operations = new Set();
  const kernels = new Set();
  const functions = new Set();
  await tf.setBackend("wasm");
  const { wasm } = tf.backend();
  // Emscripten takes each function from there when it is called for the first time.
  wasm.asm = new Proxy(wasm.asm, {
    get(exports, name) {
      functions.add(name);
      return exports[name];
    },
  });
  for (const folder of folders) {
    const model = JSON.parse(await readFile(`${folder}/model.json`, "utf8"));
    const { weightsManifest, ...graph } = model;
    const paths = weightsManifest.flatMap((group) => group.paths);
    const weights = await Promise.all(paths.map((path) => readFile(`${folder}/${path}`)));
    const artifacts = {
      ...graph,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(Buffer.concat(weights)).buffer,
    };
    // Only its code says which kernels an operation calls, so let it call them.
    const { kernelNames } = await tf
      .profile(async () => {
        const loaded = await loadGraphModel({ load: async () => artifacts });
        loaded.predict(tf.zeros(loaded.inputs[0].shape.map((size) => Math.max(size, 1))));
      })
      .catch((cause) => {
        throw new Error(`TensorFlow.js cannot run ${folder}`, { cause });
      });
    for (const { op } of graph.modelTopology.node) operations.add(op);
    // The profile also names functions around kernels.
    for (const name of kernelNames) if (tf.getKernel(name, "wasm")) kernels.add(name);
  }
  return { operations, kernels, functions };
}

/**
 * The plugin. TensorFlow.js names all its operations and kernels in lists and `switch`es, and what
 * is named is bundled: here these get shorter, and the bundler drops the rest.
 * @param {Record<"operations" | "kernels" | "functions", Set<string>>} needs as from `needsOf`
 */
export function only({ operations, kernels, functions }) {
  const edits = [
    // No optimizers.
    [/core\/dist\/index\.js$/, () => 'import "./base_side_effects"; export * from "./base";'],
    // No places to keep models in: they are handed over in memory.
    [/core\/dist\/io\/io\.js$/, () => 'export { decodeWeights } from "./io_utils";'],
    [
      /\/platform_browser\.js$/,
      (source) => {
        const registered = /try \{\s*ModelStoreManagerRegistry[^}]*\}\s*catch \(err\) \{\s*\}/g;
        return change(change(source, /^import .* '\.\.\/io\/.*$/gm, ""), registered, "");
      },
    ],
    // One table to widen halves by, not one for each of 92 tensors: 5 to 10 ms of a first label.
    [
      /core\/dist\/io\/io_utils\.js$/,
      (source) =>
        `let widen; ${change(source, "= getFloat16Decoder()", "= (widen ??= getFloat16Decoder())")}`,
    ],
    // So that a page knows what to say: the operation is there, but not as this model needs it.
    [
      /core\/dist\/engine\.js$/,
      (source) =>
        change(
          source,
          /throw (new Error\(`Kernel [^;]*not registered[^;]*\));/,
          `throw ${outdated("$1")};`,
        ),
    ],
    // No threads: engine/backends/wasm.js says why.
    [/threaded-simd\.js$/, () => "export default null;"],
    [/threaded-simd\.worker\.js$/, () => "export const wasmWorkerContents = null;"],
    // What the converter knows of operations, and how it runs them.
    [
      /\/op_list\/\w+\.js$/,
      async (source) => {
        const { json } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
        const used = json.filter(({ tfOpName }) => operations.has(tfOpName));
        return `export const json = ${JSON.stringify(used)};`;
      },
    ],
    [/\/executors\/\w+_executor\.js$/, (source) => onlyCases(source, operations)],
    [
      /\/operation_executor\.js$/,
      (source) => {
        const unknown = outdated("new Error(`${node.op} is not in this build`)");
        return change(source, /throw TypeError\(`Unknown op[^;]*;/, () => `throw ${unknown};`);
      },
    ],
    [
      /\/register_all_kernels\.js$/,
      (source, path) => {
        const lines = [...kernels].map((kernel) => {
          const [, config] = source.match(`{ (\\w+) } from './kernels/${kernel}'`) ?? [];
          if (!config) throw new Error(`${path} has no ${kernel}, which a model needs`);
          return `import { ${config} } from "./kernels/${kernel}"; registerKernel(${config});`;
        });
        return [`import { registerKernel } from "${core}";`, ...lines].join("\n");
      },
    ],
  ];
  return {
    name: "only",
    async setup({ onLoad }) {
      const modules = await modulesOfCore();
      onLoad({ filter: /@tensorflow\/tfjs-.*\.js$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        const [, edit] = edits.find(([file]) => file.test(path)) ?? [];
        return { contents: withNamedImports(edit ? await edit(source, path) : source, modules) };
      });
      onLoad({ filter: /@tensorflow\/tfjs-.*\.wasm$/ }, async ({ path }) => ({
        contents: withoutKernels(await readFile(path), functions),
        loader: "file",
      }));
    },
  };
}

/**
 * A WebAssembly module without the kernels that are not wanted, and without what these alone call;
 * what is left computes as before, since none of it is compiled anew.
 */
function withoutKernels(binary, wanted) {
  const module = binaryen.readBinary(binary);
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(index));
    if (KERNEL.test(name) && !wanted.has(name)) module.removeExport(name);
  }
  module.runPasses(["remove-unused-module-elements"]);
  return module.emitBinary();
}

/** A source without the cases of its `switch` that are not wanted, on as many lines. */
function onlyCases(source, wanted) {
  const [, indent] = source.match(/^( +)case '/m);
  const label = `^${indent}case '(\\w+)':.*\n`;
  const rest = `^(?!${indent}(?:case|default)\\b).*\n`;
  return change(source, new RegExp(`(?:${label})+(?:${rest})*`, "gm"), (code) => {
    const names = [...code.matchAll(new RegExp(label, "gm"))].map(([, name]) => name);
    return names.some((name) => wanted.has(name)) ? code : code.replace(/.+/g, "");
  });
}

/**
 * Makes a source tree-shakeable: members that it takes from a namespace object (`tfc.util`, or an
 * argument whose default is a namespace) become named imports, of which the bundler drops the rest.
 */
function withNamedImports(source, modules) {
  return source
    .replace(/^import \* as tfc from .*$/m, `$& import { util } from '${core}';`)
    .replaceAll("tfc.util.", "util.")
    .replace("import * as tfOps", "import * as ops")
    .replace(", ops = tfOps", "")
    .replace(/^const \{ (.*?),? \} = (\w+);$/gm, (line, members, module) =>
      members
        .split(", ")
        .map((member) => member.split(": "))
        .map(([member, name = member]) => `const ${name} = ${module}.${member};`)
        .join(" "),
    )
    .replace(/import \{ (.*) \} from '@tensorflow\/tfjs-core';/g, (line, names) =>
      names
        .split(", ")
        .map((name) =>
          name in modules
            ? `import * as ${name} from '${core}/dist/${modules[name]}';`
            : `import { ${name} } from '${core}';`,
        )
        .join(" "),
    );
}

/** The modules that core exports as objects: their names, and their files. */
async function modulesOfCore() {
  const source = await readFile(`node_modules/${core}/dist/base.js`, "utf8");
  const imports = source.matchAll(/^import \* as (\w+) from '\.\/(.*)';$/gm);
  return Object.fromEntries([...imports].map(([, name, file]) => [name, file]));
}

/** The code of an error by which the page tells that it was built for another model. */
const outdated = (error) => `Object.assign(${error}, { reason: "outdated" })`;

function change(source, from, to) {
  const changed = source.replace(from, to);
  if (changed === source) throw new Error(`TensorFlow.js has changed: no ${from} any more`);
  return changed;
}
