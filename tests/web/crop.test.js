import assert from "node:assert/strict";
import { test } from "node:test";

import { cropSquare, letterbox, toFrame } from "../../web/src/engine/crop.js";

const close = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("a wide frame is fitted between bars above and below", () => {
  assert.deepEqual(letterbox(640, 480, 128), { scale: 0.2, left: 0, top: 16 });
});

test("an upright frame is fitted between bars at its sides", () => {
  assert.deepEqual(letterbox(480, 640, 128), { scale: 0.2, left: 16, top: 0 });
});

test("what was found in the square comes back where it was in the frame", () => {
  const fit = letterbox(640, 480, 128);
  const inSquare = (x, y) => [(x * fit.scale + fit.left) / 128, (y * fit.scale + fit.top) / 128];
  const found = {
    score: 0.9,
    box: [...inSquare(100, 50), ...inSquare(300, 250)],
    eyes: [inSquare(150, 120), inSquare(250, 130)],
  };
  const face = toFrame(found, fit, 128);
  [100, 50, 300, 250].forEach((value, index) => close(face.box[index], value));
  close(face.eyes[1][0], 250);
  close(face.eyes[1][1], 130);
  assert.equal(face.score, 0.9);
});

test("a level face is cut with the framing's scale and offset", () => {
  const face = { box: [100, 100, 200, 200], eyes: [[130, 140], [170, 140]] };
  const square = cropSquare(face, { scale: 1.2, offset_y: -0.1 });
  assert.deepEqual(square, { x: 150, y: 140, side: 120, roll: 0 });
});

test("a tilted face is levelled by the eyes, and the offset tilts with it", () => {
  const eyes = [[100, 100], [100, 140]]; // the line between the eyes points straight down
  const square = cropSquare({ box: [100, 100, 200, 200], eyes }, { scale: 1, offset_y: 0.1 });
  close(Math.abs(square.roll), Math.PI / 2);
  close(Math.abs(square.x - 150), 10);
  close(square.y, 150);
});

test("the order in which the eyes come does not turn the face over", () => {
  const box = [100, 100, 200, 200];
  const framing = { scale: 1, offset_y: 0 };
  const one = cropSquare({ box, eyes: [[130, 140], [170, 150]] }, framing);
  const other = cropSquare({ box, eyes: [[170, 150], [130, 140]] }, framing);
  assert.deepEqual(one, other);
});
