import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut, shortened } from "../../web/src/timeline/marks.js";
import { describe, rowAt, rowsOf, stretchesOf } from "../../web/src/timeline/rows.js";

const point = (t, given) => ({
  t,
  students: 9,
  seen: 8,
  shares: { happy: 0.6, sad: 0.4 },
  suppressed: null,
  valence: 0.2,
  pace: { slow_down: 2, fine: 0, speed_up: 0, lost: 1 },
  alerts: [],
  ...given,
});
const hidden = {
  students: 3,
  seen: null,
  shares: null,
  suppressed: "few_students",
  valence: null,
  pace: null,
};
const isHidden = (row) => row.suppressed !== null && row.shares === null;
const times = (rows) => rows.map(({ t }) => Math.round(t));

test("a point holds from its start to its end", () => {
  const rows = rowsOf([point(100), point(110)], null, 500);
  assert.deepEqual(times(rows), [100, 110, 110, 120]);
  assert.ok(rows[1].t < 110 && rows[1].students === 9);
});

test("between points that do not join nothing is known", () => {
  const rows = rowsOf([point(100), point(200)], null, 500);
  assert.deepEqual(times(rows), [100, 110, 110, 200, 210]);
  assert.equal(rows[2].students, null);
  assert.equal(rows[2].suppressed, null);
  assert.equal(rowAt(rows, 150), null);
  assert.equal(rowAt(rows, 205).students, 9);
  assert.equal(rowAt(rows, 99), null);
  assert.equal(rowAt(rows, 230), null);
});

test("the newest view stands for the time since the last point", () => {
  const rows = rowsOf([point(100)], point(108, { students: 7 }), 117);
  assert.deepEqual(times(rows), [100, 110, 110, 117]);
  assert.equal(rows.at(-1).students, 7);
});

test("the newest view does not bridge a longer time without points", () => {
  const rows = rowsOf([point(100)], point(500), 507);
  assert.deepEqual(times(rows), [100, 110, 110, 500, 507]);
  assert.equal(rows[2].students, null);
});

test("without students there is no row for now", () => {
  assert.deepEqual(rowsOf([], point(500, { students: 0 }), 507), []);
  assert.deepEqual(rowsOf([], null, 507), []);
});

test("hidden points that follow each other are one stretch", () => {
  const rows = rowsOf(
    [point(100), point(110, hidden), point(120, hidden), point(130), point(200, hidden)],
    null,
    0,
  );
  const stretches = stretchesOf(rows, isHidden).map((stretch) => stretch.map(Math.round));
  assert.deepEqual(stretches, [
    [110, 130],
    [200, 210],
  ]);
});

test("a time is described with its looks, answers, students and notes", () => {
  const words = describe(point(100), 104, [
    { t: 103, text: "started recursion" },
    { t: 300, text: "later" },
  ]);
  assert.match(
    words,
    /: happy 60 %, sad 40 % · balance \+0\.2, rather pleasant · 8 faces read · 2 too fast, 1 lost · 9 students here · “started recursion”$/,
  );
});

test("what is hidden or unknown is described as that", () => {
  assert.match(
    describe(point(100, hidden), 104, []),
    /: hidden: too few students · 3 students here$/,
  );
  const faceless = { shares: null, suppressed: "few_faces", valence: null };
  assert.match(describe(point(100, faceless), 104, []), /: looks hidden: too few faces · /);
  assert.match(describe(null, 104, []), /: nothing is known$/);
});

test("a class without cameras is described without looks", () => {
  const words = describe(point(100, { shares: null, valence: null, seen: null }), 104, []);
  assert.match(words, /: 2 too fast, 1 lost · 9 students here$/);
});

test("marker texts never cover each other and never leave the chart", () => {
  const texts = [0, 10, 20, 30, 95].map((marker) => ({ text: `at ${marker}`, marker, width: 40 }));
  const placed = layOut(texts, 0, 100, 3);
  for (const [index, one] of placed.entries()) {
    assert.ok(one.x >= 0 && one.x + one.width <= 100);
    for (const other of placed.slice(index + 1)) {
      const apart = one.x + one.width < other.x || other.x + other.width < one.x;
      assert.ok(apart || one.lane !== other.lane);
    }
  }
  assert.deepEqual(
    placed.map(({ text }) => text),
    ["at 0", "at 10", "at 20", "at 95"],
  );
});

test("a long marker text is shortened to what fits", () => {
  const widthOf = (text) => text.length * 10;
  assert.equal(shortened("recursion", widthOf, 90), "recursion");
  assert.equal(shortened("started recursion", widthOf, 90), "started…");
});
