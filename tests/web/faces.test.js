import assert from "node:assert/strict";
import { test } from "node:test";

import { findFaces } from "../../web/src/engine/faces.js";

function rows(...faces) {
  const values = faces.flatMap(([score, ...box]) => [
    score,
    ...box,
    0.3,
    0.4,
    0.5,
    0.4,
    0.4,
    0.5,
    ...Array(6).fill(0),
  ]);
  return Float32Array.from(values);
}

test("a picture without a likely face has none", () => {
  assert.deepEqual(findFaces(rows([0.67, 0, 0, 1, 1])), []);
});

test("one face found twice is one face, as the surer find has it", () => {
  const faces = findFaces(rows([0.75, 0.1, 0.1, 0.52, 0.5], [0.9, 0.1, 0.1, 0.5, 0.5]));
  assert.equal(faces.length, 1);
  assert.equal(faces[0].box[2], 0.5);
  const tenths = faces[0].points.map((point) => point.map((value) => Math.round(value * 10)));
  assert.deepEqual(tenths, [
    [3, 4],
    [5, 4],
    [4, 5],
  ]);
});

test("two faces side by side are two", () => {
  const faces = findFaces(rows([0.99, 0.8, 0.8, 0.9, 0.9], [0.75, 0.1, 0.1, 0.6, 0.6]));
  assert.equal(faces.length, 2);
});
