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

test("a picture that repeats itself grows old, until it changes", () => {
  const freshness = new Freshness();
  const age = (level, seconds) => freshness.age(() => picture(level), here, seconds);
  assert.equal(age(100, 0), 0);
  assert.equal(age(100, 9), 9);
  assert.equal(age(100, 10), 10);
  assert.equal(age(101, 11), 0);
  assert.equal(age(101, 12), 1);
});

test("the slightest noise is life", () => {
  const freshness = new Freshness();
  for (let second = 0; second < 30; second++) {
    const noisy = picture(100);
    noisy[second] += 0.1;
    assert.equal(
      freshness.age(() => noisy, here, second),
      0,
    );
  }
});

test("a still picture grows old wherever a face is found in it", () => {
  const freshness = new Freshness();
  for (let second = 0; second < 12; second++) {
    const around = { ...here, x: 100 + second };
    const age = freshness.age(({ x }) => picture(x), around, second);
    assert.equal(age, second);
  }
});
