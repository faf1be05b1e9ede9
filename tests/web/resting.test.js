import assert from "node:assert/strict";
import { test } from "node:test";

import { fromResting, RestingFace } from "../../web/src/engine/resting.js";

const NEUTRAL = 2; // of sad, happy, neutral
const RESTING = [0.6, 0.1, 0.3];

test("the face at rest is the mean of six looks", () => {
  const learning = new RestingFace();
  for (let look = 0; look < 5; look++) assert.equal(learning.add([0.5, 0.5]), null);
  const mean = learning.add([0.8, 0.2]);
  assert.ok(Math.abs(mean[0] - 0.55) < 1e-12);
});

test("a face at rest that looks sad to a stranger looks neutral then", () => {
  const seen = fromResting(RESTING, RESTING, NEUTRAL);
  assert.equal(seen.indexOf(Math.max(...seen)), NEUTRAL);
  assert.ok(Math.abs(seen.reduce((sum, p) => sum + p) - 1) < 1e-12);
});

test("an expression that is not the resting one is seen as before", () => {
  const seen = fromResting([0.1, 0.8, 0.1], RESTING, NEUTRAL);
  assert.ok(seen[1] >= 0.8);
});

test("a much sadder face than at rest still looks sad", () => {
  const seen = fromResting([0.97, 0.01, 0.02], RESTING, NEUTRAL);
  assert.equal(seen.indexOf(Math.max(...seen)), 0);
});

test("emotions that the resting face never shows are no division by zero", () => {
  const seen = fromResting([0.2, 0.5, 0.3], [0, 0, 1], NEUTRAL);
  assert.deepEqual(
    seen.map((p) => Math.round(p * 10)),
    [2, 5, 3],
  );
});
