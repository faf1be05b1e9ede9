/** How much of web/src ran in Node's tests and in Chromium's, as `mcr` is to tell it. */

import { readFileSync } from "node:fs";

const here = new URL("../", import.meta.url).href;
const bundles = `${here}web/static/dist/`;

export default {
  name: "web/src",
  dataDir: "coverage/chromium", // what tests/e2e/coverage.py has written
  outputDir: "coverage/web",
  reports: ["v8", ["console-details", { metrics: ["lines", "branches", "functions"] }]],
  // Bundles both: what ran in each of them is put together if it came by way of source maps.
  entryFilter: ({ url }) => url.startsWith(`${here}coverage/tests/`) || isOurs(url),
  sourceMapResolver: (url, read) => read(url.replace("file:///", `${here}web/`)), // as it is served
  sourceFilter: (path) => /^(web\/)?src\/.*\.js$/.test(path),
  sourcePath: (path) => path.replace(/^src\//, "web/src/"),
  all: { dir: "web/src", filter: "**/*.js" },
};

/** Whether a script is one of the pages' bundles, and not only esbuild's own helpers. */
function isOurs(url) {
  if (!url.startsWith(bundles)) return false;
  return JSON.parse(readFileSync(new URL(`${url}.map`))).sources.length > 0;
}
