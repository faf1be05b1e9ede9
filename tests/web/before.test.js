import assert from "node:assert/strict";
import { test } from "node:test";

import { beforeTheNote } from "../../web/src/room/before.js";

const point = (t, valence, said) => ({
  t,
  valence,
  pace: said && { slow_down: 0, fine: 0, speed_up: 0, lost: 0, ...said },
});
const note = [{ t: 200, text: "started recursion" }];

test("the minute before the last note is told in words", () => {
  const points = [
    point(100, 1, { lost: 20 }), // too long before
    point(150, 0.3, { slow_down: 3, lost: 1 }),
    point(190, 0.1, { slow_down: 1, lost: 1 }),
    point(200, -1, { lost: 20 }), // after it
  ];
  assert.equal(
    beforeTheNote(points, note, 300),
    "Before “started recursion”: balance +0.2, rather pleasant, 2 too fast, 1 lost",
  );
});

test("a class without cameras is told by its answers alone", () => {
  assert.equal(
    beforeTheNote([point(180, null, { fine: 3 })], note, 300),
    "Before “started recursion”: 3 just right",
  );
  assert.equal(
    beforeTheNote([point(180, null, {})], note, 300),
    "Before “started recursion”: no answers",
  );
});

test("without a recent note, or with what was hidden before it, nothing is told", () => {
  const points = [point(180, 0.2, {})];
  assert.equal(beforeTheNote(points, [], 300), "");
  assert.equal(beforeTheNote(points, note, 200 + 15 * 60 + 1), "");
  assert.equal(beforeTheNote([point(180, null, null)], note, 300), "");
  assert.equal(beforeTheNote([], note, 300), "");
});
