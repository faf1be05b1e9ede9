import assert from "node:assert/strict";
import { test } from "node:test";

import { Tracker } from "../../web/src/engine/tracker.js";

const face = (x, size, score = 0.95) => ({ x, y: 100, size, score, roll: 0, yaw: 0 });
/** A made-up crop, shifted by some pixels. */
const crop = (shift = 0) =>
  Float32Array.from({ length: 48 * 48 }, (_, i) => 128 + 60 * Math.sin(((i % 48) + shift) / 4));

function tracking(found = face(100, 80)) {
  const tracker = new Tracker();
  tracker.plan(null);
  tracker.found([found], "everywhere");
  tracker.remember(crop());
  return tracker;
}

test("the first look, and any without a face, is at the whole frame", () => {
  const tracker = new Tracker();
  assert.equal(tracker.plan(null), "everywhere");
  tracker.found([], "everywhere");
  assert.equal(tracker.plan(null), "everywhere");
});

test("a face that stays where it is needs no detector", () => {
  const tracker = tracking();
  assert.equal(tracker.plan(crop()), "nowhere");
  assert.ok(tracker.still);
});

test("a brighter lamp is no movement", () => {
  assert.equal(tracking().plan(crop().map((level) => level * 0.6 + 20)), "nowhere");
});

test("a face that moved is looked for where it was", () => {
  const tracker = tracking();
  assert.equal(tracker.plan(crop(3)), "near");
  assert.ok(!tracker.still);
});

test("a face of low score is looked for at every look", () => {
  assert.equal(tracking(face(100, 80, 0.75)).plan(crop()), "near");
});

test("now and then the whole frame is searched: somebody may have come", () => {
  const tracker = tracking();
  const plans = Array.from({ length: 10 }, () => tracker.plan(crop()));
  assert.deepEqual(plans.slice(0, 9), Array(9).fill("nowhere"));
  assert.equal(plans[9], "everywhere");
  tracker.found([face(100, 80), face(400, 70)], "everywhere");
  tracker.remember(crop());
  assert.equal(tracker.count, 2);
  assert.equal(tracker.plan(crop()), "nowhere");
});

test("of several faces the largest counts", () => {
  const tracker = new Tracker();
  tracker.found([face(100, 60, 0.99), face(400, 90, 0.8)], "everywhere");
  assert.equal(tracker.face.x, 400);
});

test("two faces of about the same size do not take turns, a much larger one takes over", () => {
  const tracker = tracking(face(100, 80));
  tracker.found([face(102, 80), face(400, 90)], "everywhere");
  assert.equal(tracker.face.x, 102);
  tracker.found([face(102, 80), face(400, 130)], "everywhere");
  assert.equal(tracker.face.x, 400);
});

test("a picture that lies on its side is found out, and remembered", () => {
  const tracker = new Tracker();
  tracker.foundOtherwise([face(100, 80, 0.8)], Math.PI); // a vague one may be a pattern on the wall
  assert.deepEqual([tracker.face, tracker.roll, tracker.misses], [null, 0, 1]);
  tracker.foundOtherwise([face(100, 80)], Math.PI / 2);
  assert.deepEqual([tracker.face.x, tracker.roll], [100, Math.PI / 2]);
});

test("who was beside the student does not count when the student goes, but the next who comes does", () => {
  const tracker = tracking(face(100, 80));
  tracker.found([face(102, 80), face(400, 70)], "everywhere");
  tracker.found([face(401, 70)], "everywhere");
  assert.deepEqual([tracker.face, tracker.count], [null, 1]);
  tracker.found([], "everywhere"); // missed once
  tracker.found([face(400, 72)], "everywhere");
  assert.equal(tracker.face, null);
  tracker.found([face(110, 80), face(400, 70)], "everywhere");
  assert.equal(tracker.face.x, 110);
});

test("who sits down where somebody was, a while ago, counts", () => {
  const tracker = tracking(face(100, 80));
  tracker.found([face(102, 80), face(400, 70)], "everywhere");
  for (let look = 0; look < 10; look++) tracker.found([], "everywhere");
  tracker.found([face(400, 70)], "everywhere");
  assert.equal(tracker.face.x, 400);
});

test("the student counts again when somebody larger has passed by", () => {
  const tracker = tracking(face(100, 80));
  tracker.found([face(102, 80), face(400, 130)], "everywhere");
  assert.equal(tracker.face.x, 400);
  tracker.found([face(104, 80), face(420, 130)], "everywhere");
  tracker.found([face(105, 80)], "everywhere");
  assert.equal(tracker.face.x, 105);
});
