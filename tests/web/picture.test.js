import assert from "node:assert/strict";
import { test } from "node:test";

import { Freshness, isDark } from "../../web/src/engine/picture.js";

const picture = (level) => new Float32Array(300).fill(level);

test("a covered lens is dark, a dim room is not", () => {
  assert.ok(isDark(picture(5)));
  const lamp = picture(5).fill(90, 0, 20);
  assert.ok(!isDark(lamp));
});

const here = { x: 320, y: 240, side: 32, roll: 0 };

test("a picture that repeats itself for ten seconds is frozen, until it changes", () => {
  const freshness = new Freshness();
  const see = (level, seconds) => {
    freshness.see(() => picture(level), here, seconds);
    return [freshness.repeats, freshness.isFrozen];
  };
  assert.deepEqual(see(100, 0), [0, false]);
  assert.deepEqual(see(100, 4), [1, false]);
  assert.deepEqual(see(100, 9), [2, false]);
  assert.deepEqual(see(100, 10), [3, true]);
  assert.deepEqual(see(101, 11), [0, false]);
  assert.deepEqual(see(101, 31), [1, false]); // two looks may have come upon the same picture
});

test("the slightest noise is life", () => {
  const freshness = new Freshness();
  for (let second = 0; second < 30; second++) {
    const noisy = picture(100);
    noisy[second] += 0.1;
    freshness.see(() => noisy, here, second);
    assert.equal(freshness.repeats, 0);
  }
});

test("a still picture is frozen wherever a face is found in it", () => {
  const freshness = new Freshness();
  for (let second = 0; second < 12; second++) {
    freshness.see(({ x }) => picture(x), { ...here, x: 100 + second }, second);
    assert.equal(freshness.repeats, second);
  }
  assert.ok(freshness.isFrozen);
});
