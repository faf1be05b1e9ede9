import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { earlierReports } from "../../web/src/report/earlier.js";
import { keptToken, remember, rememberCourse } from "../../web/src/shared/my-classes.js";

const THIS = { code: "THIS22", title: "Algebra", began: 1000, simulated: false };
const OF_NONE = { created_at: 1000 };
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

function know(code, created_at, title = "Algebra", about = {}) {
  remember({ code, title, mode: "camera", created_at, ...about }, `token of ${code}`);
}

test("earlier classes of the course are asked for with their own tokens, newest first", async () => {
  know("THIS22", 1000);
  know("LATER2", 2000);
  know("OTHER2", 500, "Geometry");
  know("TRYOUT", 600, "Algebra", { simulated: true }); // made-up students are compared with no real ones
  know("FIRST2", 100, "ALGEBRA: limits");
  know("SECOND", 200, " algebra ");
  const reports = await earlierReports(THIS, OF_NONE);
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
  assert.deepEqual(await earlierReports(THIS, OF_NONE), [first]);
});

test("the eight newest are enough", async () => {
  for (let t = 1; t <= 10; t++) know(`CLASS${t}`, t);
  const reports = await earlierReports(THIS, OF_NONE);
  assert.equal(reports.length, 8);
  assert.equal(reports.at(-1).code, "CLASS3");
});

test("with a course's key all that the server has of it is compared, in any browser", async () => {
  const course = { code: "COURSE", title: "Algebra", mode: "camera", created_at: 1 };
  rememberCourse(course, "token of COURSE");
  const lesson = { code: "LESSON", token: "token of LESSON" };
  globalThis.fetch = async (address, { headers }) => {
    asked.push([address, headers.Authorization]);
    return { ok: true, json: async () => [lesson] };
  };
  const reports = await earlierReports(THIS, { course: "COURSE", created_at: 900 });
  assert.deepEqual(reports, [lesson]);
  const address = "/api/courses/COURSE/lessons?before=900";
  assert.deepEqual(asked, [[address, "Bearer token of COURSE"]]);
  assert.equal(keptToken("LESSON"), "token of LESSON"); // to open what it is compared with
});

test("without it, only lessons of the course are, to which this browser has keys", async () => {
  know("FIRST2", 100, "Another title", { course: "COURSE" });
  know("OTHER2", 200, "Algebra", { course: "ELSE22" });
  know("NONE22", 300, "Algebra");
  const ofCourse = await earlierReports(THIS, { course: "COURSE", created_at: 900 });
  assert.deepEqual(
    ofCourse.map(({ code }) => code),
    ["FIRST2"],
  );
  const ofNone = await earlierReports(THIS, OF_NONE);
  assert.deepEqual(
    ofNone.map(({ code }) => code),
    ["NONE22"],
  );
});

test("a browser that keeps nothing compares with nothing", async () => {
  globalThis.localStorage = undefined;
  assert.deepEqual(await earlierReports(THIS, OF_NONE), []);
  assert.equal(asked.length, 0);
});
