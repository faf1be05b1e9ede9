import assert from "node:assert/strict";
import { test } from "node:test";

import { mirrorImage, Views } from "../../web/src/engine/views.js";

const PICTURE = Float32Array.of(1, 2, 3, 4, 5, 6);

test("a mirror image has left and right exchanged, and is its own mirror image", () => {
  assert.deepEqual([...mirrorImage(PICTURE, 3)], [3, 2, 1, 6, 5, 4]);
  assert.deepEqual([...PICTURE], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(mirrorImage(mirrorImage(PICTURE, 3), 3), PICTURE);
});

test("every second look is at the mirror image, and two looks in a row speak together", () => {
  const views = new Views();
  assert.deepEqual(views.next(PICTURE, 3), PICTURE);
  assert.deepEqual(views.join([1, 0]), [1, 0]);
  assert.deepEqual(views.next(PICTURE, 3), mirrorImage(PICTURE, 3));
  assert.deepEqual(views.join([0, 1]), [0.5, 0.5]);
  assert.deepEqual(views.next(PICTURE, 3), PICTURE);
  assert.deepEqual(views.join([0, 1]), [0, 1]);
});
