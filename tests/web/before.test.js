import assert from "node:assert/strict";
import { test } from "node:test";

import { saidBefore } from "../../web/src/room/before.js";

const said = (given) => ({ slow_down: 0, fine: 0, speed_up: 0, lost: 0, ...given });
const point = (t, given) => ({ t, pace: given && said(given) });
const note = { t: 200, text: "started recursion" };

test("it is the minute before the last note, as means", () => {
  const points = [
    point(100, { lost: 20 }), // too long before
    point(150, { slow_down: 3, lost: 1 }),
    point(190, { slow_down: 1, lost: 1 }),
    point(200, { lost: 20 }), // after it
  ];
  assert.deepEqual(saidBefore(points, [{ t: 100, text: "first" }, note], 300), {
    pace: said({ slow_down: 2, lost: 1 }),
    note,
  });
});

test("without a recent note, or with one of this minute, it is five minutes ago", () => {
  const points = [point(670, { lost: 2 }), point(700, { lost: 4 }), point(760, { lost: 20 })];
  const now = 1020;
  for (const markers of [[], [{ ...note, t: now - 16 * 60 }], [{ ...note, t: now - 10 }]]) {
    assert.deepEqual(saidBefore(points, markers, now), { pace: said({ lost: 3 }), note: null });
  }
});

test("of what was hidden, or before the class, nothing is told", () => {
  assert.equal(saidBefore([point(180, null)], [note], 300), null);
  assert.equal(saidBefore([], [note], 300), null);
  assert.equal(saidBefore([point(990, {})], [], 1000), null);
});
