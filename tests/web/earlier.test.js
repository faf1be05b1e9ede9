import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { earlierReports } from "../../web/src/report/earlier.js";
import { remember } from "../../web/src/shared/my-classes.js";

const THIS = { code: "THIS22", title: "Algebra", began: 1000, simulated: false };
let asked; // [address, Authorization] of each request

beforeEach(() => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  };
  asked = [];
  globalThis.fetch = async (address, { headers }) => {
    asked.push([address, headers.Authorization]);
    const code = address.slice("/report/".length, -".json".length);
    return { ok: !code.startsWith("GONE"), json: async () => ({ code }) };
  };
});

function know(code, created_at, title = "Algebra", simulated) {
  remember({ code, title, mode: "camera", created_at, simulated }, `token of ${code}`);
}

test("earlier classes of the course are asked for with their own tokens, newest first", async () => {
  know("THIS22", 1000);
  know("LATER2", 2000);
  know("OTHER2", 500, "Geometry");
  know("TRYOUT", 600, "Algebra", true); // made-up students are compared with no real ones
  know("FIRST2", 100, "ALGEBRA: limits");
  know("SECOND", 200, " algebra ");
  const reports = await earlierReports(THIS);
  assert.deepEqual(
    reports.map(({ code }) => code),
    ["SECOND", "FIRST2"],
  );
  assert.deepEqual(asked[0], ["/report/SECOND.json", "Bearer token of SECOND"]);
  assert.equal(asked.length, 2);
});

test("what the server no longer has is left out, and what an earlier release does not tell", async () => {
  know("GONE22", 100);
  know("FIRST2", 200);
  const first = { code: "FIRST2", moments: [], asked: [], simulated: false };
  assert.deepEqual(await earlierReports(THIS), [first]);
});

test("the eight newest are enough", async () => {
  for (let t = 1; t <= 10; t++) know(`CLASS${t}`, t);
  const reports = await earlierReports(THIS);
  assert.equal(reports.length, 8);
  assert.equal(reports.at(-1).code, "CLASS3");
});

test("a browser that keeps nothing compares with nothing", async () => {
  globalThis.localStorage = undefined;
  assert.deepEqual(await earlierReports(THIS), []);
  assert.equal(asked.length, 0);
});
