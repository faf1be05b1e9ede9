// Bundle the pages' scripts and the worker into web/static/dist/, and compress what is served.
// `--readable` leaves them as they are written: `make coverage` tells by them what of it ran.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { build } from "esbuild";

import { needsOf, only } from "./slim.mjs";
import { catalogues, compile } from "./texts.mjs";

const served = "web/static";
const models = ["face", "emotion"].map((name) => `${served}/model/${name}`);
// One that is served in the place of ours: what pages have of TensorFlow.js suffices for both.
const own = process.env.MODEL ? [process.env.MODEL] : [];
const outdir = `${served}/dist`;
const packers = {
  br: promisify(brotliCompress), // at its best by default
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
};
const options = {
  outdir,
  publicPath: "/static/dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: !process.argv.includes("--readable"),
  sourcemap: true,
  metafile: true,
  loader: { ".wasm": "file" },
  external: ["fs", "path", "worker_threads", "perf_hooks"], // named in the wasm backend's Node branch
  logLevel: "warning",
};

const needs = await needsOf([...models, ...own]);

await compile();
await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  ...options,
  entryPoints: {
    home: "web/src/pages/home.js",
    student: "web/src/pages/student.js",
    room: "web/src/pages/room.js",
    report: "web/src/pages/report.js",
    paper: "web/src/pages/paper.js",
    offline: "web/src/pages/offline.js",
    wait: "web/src/pages/wait.js",
    lessons: "web/src/pages/lessons.js",
    worker: "web/src/engine/worker.js",
    style: "web/src/style.css",
  },
  plugins: [only(needs), catalogues],
});
// At the address whose pages it serves; a new version is another file.
const kept = ["web/src/pages/service-worker.js", "web/src/style.css", "web/templates/offline.html"];
const version = createHash("sha256");
for (const path of kept) version.update(await readFile(path));
await build({
  ...options,
  splitting: false,
  entryPoints: { "service-worker": kept[0] },
  define: { VERSION: JSON.stringify(version.digest("hex").slice(0, 8)) },
});
// Training tells by them whether the pages can run another model.
await writeFile(`${outdir}/operations.json`, JSON.stringify([...needs.operations].sort()));
// By itself too: training measures the exported model with what pages have, and compares models
// with all of TensorFlow.js.
const vision = "web/src/engine/vision.js";
await build({ ...options, entryPoints: { "vision-of-pages": vision }, plugins: [only(needs)] });
await build({ ...options, entryPoints: { vision } });

const bundles = Object.keys(metafile.outputs).filter((path) => !path.endsWith(".map"));
const exported = models.map(async (folder) =>
  (await readdir(folder)).map((name) => `${folder}/${name}`),
);
await Promise.all([...bundles, ...(await Promise.all(exported)).flat()].map(compress));

/**
 * Write a file's compressed copies into dist/compressed/, for server/http/static.py. They have the
 * time of the file, by which the server knows that they are copies of what it is now: the second
 * that has begun, because Node's milliseconds may round into the next one.
 */
async function compress(path) {
  const { mtimeMs } = await stat(path); // before it is read: a change in between then shows
  const second = Math.floor(mtimeMs / 1000);
  const content = await readFile(path);
  for (const [encoding, pack] of Object.entries(packers)) {
    const copy = `${outdir}/compressed/${encoding}${path.slice(served.length)}`;
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, await pack(content));
    await utimes(copy, second, second);
  }
}
