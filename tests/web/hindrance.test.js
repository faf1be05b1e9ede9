import assert from "node:assert/strict";
import { test } from "node:test";

import { hindrance } from "../../web/src/engine/hindrance.js";

const at = (changes) => hindrance({ x: 320, y: 240, size: 200, yaw: 0, ...changes }, 640, 480);

test("a face in the picture that looks ahead can be read", () => {
  assert.equal(at({}), null);
});

test("a face at any edge of the picture is not guessed at", () => {
  for (const place of [{ x: 60 }, { x: 580 }, { y: 60 }, { y: 420 }])
    assert.equal(at(place), "edge");
  assert.equal(at({ x: 90 }), null); // hair may be cut off
});

test("a face in profile is not guessed at, to either side", () => {
  for (const yaw of [-0.5, 0.5]) assert.equal(at({ yaw }), "turned");
  assert.equal(at({ yaw: 0.3 }), null);
});

test("a face of too few pixels is not guessed at", () => {
  assert.equal(at({ size: 20 }), "small");
});
