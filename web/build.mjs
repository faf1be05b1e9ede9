// Bundle the pages' scripts and the worker into web/static/dist/.
import { rm } from "node:fs/promises";
import { build } from "esbuild";

const outdir = "web/static/dist";
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    home: "web/src/home.js",
    student: "web/src/student.js",
    room: "web/src/room.js",
    worker: "web/src/engine/worker.js",
    vision: "web/src/engine/vision.js", // by itself too: training measures the exported models with it
    style: "web/src/style.css",
  },
  outdir,
  publicPath: "/static/dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  loader: { ".wasm": "file" },
  external: ["fs", "path", "worker_threads", "perf_hooks"], // named in the wasm backend's Node branch
  logLevel: "warning",
});
