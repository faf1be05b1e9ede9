import assert from "node:assert/strict";
import { test } from "node:test";

import { calibrate } from "../../web/src/engine/calibrate.js";

const softmax = (logits) => {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, each) => sum + each));
};

test("a temperature divides the logits", () => {
  const logits = [2, -1, 0.5, 0, 3, -4, 1];
  for (const temperature of [0.7, 1, 2.5]) {
    const expected = softmax(logits.map((logit) => logit / temperature));
    calibrate(softmax(logits), temperature).forEach((p, index) => {
      assert.ok(Math.abs(p - expected[index]) < 1e-12);
    });
  }
});

test("a certain answer stays certain", () => {
  assert.deepEqual(calibrate(Float32Array.of(0, 1, 0), 1.3), [0, 1, 0]);
});
