import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cropSquare,
  otherSquares,
  surroundings,
  toFrame,
  wholeFrame,
} from "../../web/src/engine/crop.js";

const close = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

/** A face that the detector saw around the middle of a square, a quarter as large. */
const found = {
  score: 0.9,
  box: [0.375, 0.375, 0.625, 0.625],
  points: [
    [0.45, 0.45],
    [0.55, 0.45],
    [0.5, 0.5],
  ],
};

test("the whole of a wide frame is in a square with bars above and below", () => {
  assert.deepEqual(wholeFrame(640, 480, 0), { x: 320, y: 240, side: 640, roll: 0 });
});

test("the whole of an upright frame is in a square with bars at its sides", () => {
  assert.deepEqual(wholeFrame(480, 640, 0), { x: 240, y: 320, side: 640, roll: 0 });
});

test("where the whole frame shows nobody, closer squares show all of its length", () => {
  const closer = otherSquares(640, 480, 0).filter(({ roll, side }) => roll === 0 && side < 640);
  assert.ok(Math.min(...closer.map(({ x, side }) => x - side / 2)) <= 0);
  assert.ok(Math.max(...closer.map(({ x, side }) => x + side / 2)) >= 640);
  const upright = otherSquares(480, 640, 0).filter(({ roll, side }) => roll === 0 && side < 640);
  assert.ok(Math.max(...upright.map(({ y, side }) => y + side / 2)) >= 640);
});

test("and so do all other orientations, each once", () => {
  const rolls = otherSquares(640, 480, Math.PI / 2).map(({ roll }) => roll);
  assert.deepEqual(new Set(rolls), new Set([Math.PI / 2, 0, -Math.PI / 2, Math.PI]));
});

test("what was found in a square comes back where it is in the frame", () => {
  const face = toFrame({ ...found, box: [0, 0.125, 0.5, 0.375] }, wholeFrame(640, 480, 0));
  assert.deepEqual([face.x, face.y, face.size, face.score], [160, 80, 320, 0.9]);
});

test("in a picture that lies on its side, a face is found with the picture's roll", () => {
  const upside = { ...found, box: [0.375, 0, 0.625, 0.25] }; // at the top of the turned square
  const face = toFrame(upside, wholeFrame(640, 480, Math.PI / 2));
  close(face.roll, Math.PI / 2);
  close(face.x, 320 + 240); // whose top is the frame's right
  close(face.y, 240);
});

test("a tilted head has the roll of its eyes, clockwise on the screen", () => {
  const tilted = {
    ...found,
    points: [
      [0.4, 0.4],
      [0.5, 0.5],
      [0.45, 0.55],
    ],
  };
  close(toFrame(tilted, wholeFrame(640, 480, 0)).roll, Math.PI / 4);
});

test("a face that looks ahead has its nose between its eyes, one that turns away has not", () => {
  const square = wholeFrame(640, 480, 0.3);
  close(toFrame(found, square).yaw, 0);
  const turned = {
    ...found,
    points: [
      [0.45, 0.45],
      [0.55, 0.45],
      [0.54, 0.5],
    ],
  };
  close(toFrame(turned, square).yaw, 0.4);
});

test("eyes that fall together are no division by zero", () => {
  const blurred = {
    ...found,
    points: [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  };
  assert.equal(toFrame(blurred, wholeFrame(640, 480, 0)).yaw, 0);
});

test("a level face is cut with the framing's scale and offset", () => {
  const face = { x: 150, y: 150, size: 100, roll: 0 };
  const square = cropSquare(face, { scale: 1.2, offset_y: -0.1 });
  assert.deepEqual(square, { x: 150, y: 140, side: 120, roll: 0 });
});

test("a tilted face is levelled, and the offset tilts with it", () => {
  const face = { x: 150, y: 150, size: 100, roll: Math.PI / 2 };
  const square = cropSquare(face, { scale: 1, offset_y: 0.1 });
  close(square.roll, Math.PI / 2);
  close(square.x, 140);
  close(square.y, 150);
});

test("the surroundings of a face are levelled by its eyes and hold it with room to move", () => {
  const square = surroundings({ x: 150, y: 140, size: 100, roll: 0.2 });
  assert.deepEqual([square.x, square.y, square.roll], [150, 140, 0.2]);
  assert.ok(square.side >= 200);
});
