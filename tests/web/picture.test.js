import assert from "node:assert/strict";
import { test } from "node:test";

import { Freshness, isDark } from "../../web/src/engine/picture.js";

const picture = (level) => new Float32Array(300).fill(level);

test("a covered lens is dark, a dim room is not", () => {
  assert.ok(isDark(picture(5)));
  const lamp = picture(5).fill(90, 0, 20);
  assert.ok(!isDark(lamp));
});

test("a picture that repeats itself for ten seconds is frozen, until it changes", () => {
  const freshness = new Freshness();
  assert.ok(!freshness.isFrozen(picture(100), 0));
  assert.ok(!freshness.isFrozen(picture(100), 9));
  assert.ok(freshness.isFrozen(picture(100), 10));
  assert.ok(!freshness.isFrozen(picture(101), 11));
});

test("the slightest noise is life", () => {
  const freshness = new Freshness();
  for (let second = 0; second < 30; second++) {
    const noisy = picture(100);
    noisy[second] += 0.1;
    assert.ok(!freshness.isFrozen(noisy, second));
  }
});
