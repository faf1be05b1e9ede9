import assert from "node:assert/strict";
import { test } from "node:test";

import { chartsOf } from "../../web/src/timeline/charts.js";
import { eventsOf, toldAt } from "../../web/src/timeline/events.js";
import { minutesOf } from "../../web/src/timeline/minutes.js";
import { lanesOf, layOut, shortened, spread } from "../../web/src/timeline/places.js";
import { endOf, rowAt, rowsOf, stretchesOf } from "../../web/src/timeline/rows.js";
import { columnsOf } from "../../web/src/timeline/table.js";
import { describe } from "../../web/src/timeline/words.js";

const point = (t, given) => ({
  t,
  students: 9,
  seen: 8,
  shares: { happy: 0.6, sad: 0.4 },
  suppressed: null,
  valence: 0.2,
  pace: { slow_down: 2, fine: 0, speed_up: 0, lost: 1 },
  alerts: [],
  asked: [],
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

test("a line ends with its last value, or goes on to the end of the time that is shown", () => {
  const rows = rowsOf([point(100), point(110), point(120, hidden)], null, 500);
  const end = (from, to) => {
    const found = endOf(rows, ({ seen }) => seen, from, to);
    return found && [Math.round(found.t), found.value];
  };
  assert.deepEqual(end(100, 130), [120, 8]);
  assert.deepEqual(end(102, 107), [107, 8]); // between two rows
  assert.equal(end(122, 130), null);
  assert.equal(end(50, 90), null);
});

test("a time is described with its answers before its looks, its students and what happened", () => {
  const happened = ["“started recursion”", "many are lost"];
  assert.match(
    describe(point(100, { shares: { happy: 0.6, sad: 0.3, angry: 0.1 } }), 104, happened, false),
    /: 2 too fast, 1 lost · happy 60 %, unhappy 40 % · 8 faces read · 9 students here · “started recursion” · many are lost$/,
  );
});

test("in detail each expression is described", () => {
  const shares = { sad: 0.3, happy: 0.6, angry: 0.1 };
  assert.match(
    describe(point(100, { shares }), 104, [], true),
    / · happy 60 %, sad 30 %, angry 10 % · /,
  );
});

test("what is hidden or unknown is described as that", () => {
  assert.match(
    describe(point(100, hidden), 104, [], false),
    /: hidden: too few students · 3 students here$/,
  );
  const faceless = { shares: null, suppressed: "few_faces", valence: null };
  const words = describe(point(100, faceless), 104, [], false);
  assert.match(words, / · looks hidden: too few faces · /);
  assert.match(describe(null, 104, [], false), /: nothing is known$/);
});

test("a class without cameras is described without looks", () => {
  const row = point(100, { shares: null, valence: null, seen: null });
  assert.match(describe(row, 104, [], false), /: 2 too fast, 1 lost · 9 students here$/);
});

const alert = (kind, since) => ({ kind, since, why: "", figures: null });
const asked = (t, answers) => ({ t, until: t + 60, question: "got_it", answers });
const ANSWERS = { yes: 21, so_so: 5, not_yet: 2 };

test("notes and closed questions stand in the order of time", () => {
  const points = [
    point(100, { asked: [asked(35, null)] }),
    point(110, { asked: [asked(50, ANSWERS)] }),
  ];
  const markers = [
    { t: 40, text: "started recursion" },
    { t: 60, text: "" },
  ];
  const { flags } = eventsOf({ mode: "camera", points, markers });
  assert.deepEqual(
    flags.map(({ t, text }) => [t, text]),
    [
      [35, "Got it?"],
      [40, "started recursion"],
      [50, "Got it? 21 · 5 · 2"],
      [60, ""],
    ],
  );
  assert.deepEqual(toldAt({ flags, alerts: [] }, 50), [
    "“started recursion”",
    "Got it? Yes 21, So-so 5, Not yet 2",
    "moment marked",
  ]);
  assert.deepEqual(toldAt({ flags, alerts: [] }, 25), ["Got it? Too few answers."]);
});

test("a question that two processes closed is there once, as it was told last", () => {
  const later = { ...ANSWERS, yes: 22 };
  const points = [
    point(110, { asked: [asked(50, ANSWERS)] }),
    point(120, { asked: [asked(50, later)] }),
  ];
  const { flags } = eventsOf({ mode: "camera", points, markers: [] });
  assert.deepEqual(
    flags.map(({ text }) => text),
    ["Got it? 22 · 5 · 2"],
  );
});

test("the newest question is there once, from when it closes on", () => {
  const view = point(160, { asked: asked(100, ANSWERS) });
  const flagsAt = (now, points) =>
    eventsOf({ mode: "camera", points, markers: [], present: { view, now } }).flags.length;
  assert.equal(flagsAt(159, []), 0);
  assert.equal(flagsAt(160, []), 1);
  assert.equal(flagsAt(175, [point(160, { asked: [asked(100, ANSWERS)] })]), 1);
});

test("an alert lasts from its beginning to the last of its points, or until now", () => {
  const lost = alert("many_lost", 105);
  const points = [point(100, { alerts: [lost] }), point(110, { alerts: [lost] }), point(120)];
  const course = { mode: "camera", points, markers: [] };
  const { alerts } = eventsOf(course);
  assert.deepEqual(alerts, [{ kind: "many_lost", since: 105, until: 120 }]);
  assert.deepEqual(toldAt({ flags: [], alerts }, 112), ["many are lost"]);
  assert.deepEqual(toldAt({ flags: [], alerts }, 120), []);
  const view = point(137, { asked: null, alerts: [lost, alert("faces_gone", 131)] });
  assert.deepEqual(eventsOf({ ...course, present: { view, now: 137 } }).alerts, [
    { kind: "many_lost", since: 105, until: 138 },
    { kind: "faces_gone", since: 131, until: 138 },
  ]);
});

test("an alert is one, also where another process has reckoned its beginning anew", () => {
  const points = [
    point(100, { alerts: [alert("many_lost", 105)] }),
    point(110, { alerts: [alert("many_lost", 105.004)] }),
  ];
  const { alerts } = eventsOf({ mode: "self-report", points, markers: [] });
  assert.deepEqual(
    alerts.map(({ until }) => until),
    [120],
  );
});

test("alerts of one time stand in lanes of their own, others share one", () => {
  const alerts = [
    { kind: "many_lost", since: 0, until: 100 },
    { kind: "mood_dropped", since: 50, until: 120 },
    { kind: "many_lost", since: 100, until: 150 },
  ];
  const { placed, count } = lanesOf(alerts);
  assert.deepEqual(
    placed.map(({ lane }) => lane),
    [0, 1, 0],
  );
  assert.equal(count, 2);
});

test("a table has a row for each minute, with means and with what happened in it", () => {
  const pace = { slow_down: 4, fine: 0, speed_up: 0, lost: 3 };
  const points = [
    point(60),
    point(70, { pace, students: 11, alerts: [alert("many_lost", 72)] }),
    point(110, hidden),
    point(120, hidden),
  ];
  const markers = [{ t: 300, text: "later" }];
  const events = eventsOf({ mode: "camera", points, markers });
  const table = (mode, span) =>
    minutesOf(points, events, span).map((minute) =>
      columnsOf(mode)
        .slice(1)
        .map(({ cell }) => cell(minute)),
    );
  assert.deepEqual(table("camera", [0, 300]), [
    ["8", "8", "2", "3", "0", "0", "60 %", "0 %", "40 %", "many are lost"],
    ["3", ...Array(8).fill("hidden"), ""],
    [...Array(9).fill("–"), "“later”"],
  ]);
  assert.deepEqual(table("self-report", [130, 200]), [["3", ...Array(4).fill("hidden"), ""]]);
  assert.deepEqual(
    columnsOf("self-report").map(({ word }) => word),
    ["time", "students", "lost", "too fast", "just right", "too slow", "what happened"],
  );
});

test("a chart begins with three lines at most, what students say first", () => {
  const [said, looks] = chartsOf("camera");
  const shown = ({ lines }) => lines.filter(({ isOff }) => !isOff).map(({ name }) => name);
  assert.deepEqual(shown(said), ["lost", "slow_down", "fine"]);
  assert.deepEqual(shown(looks), ["happy", "neutral", "unhappy"]);
  assert.deepEqual(
    chartsOf("self-report").map(({ name }) => name),
    ["said", "presence"],
  );
});

test("lines of one chart differ by dash or by colour, and those of one hue by dash", () => {
  const lines = chartsOf("camera").find(({ name }) => name === "expressions").lines;
  const purple = lines.filter(({ name }) => ["sad", "fear", "angry", "disgust"].includes(name));
  assert.equal(new Set(purple.map(({ dash }) => String(dash))).size, 4);
});

test("names stand at their lines where they can, and never cover each other", () => {
  assert.deepEqual(spread([20, 60], 14, 0, 100), [20, 60]);
  assert.deepEqual(spread([98, 20, 99], 14, 0, 100), [86, 20, 100]);
  assert.deepEqual(spread([0, 0, 0], 14, 0, 100), [0, 14, 28]);
  const places = spread([50, 50, 50, 50], 14, 30, 60); // no place for the fourth
  assert.deepEqual(places, [32, 46, 60, null]);
});

test("texts of notes never cover each other and never leave the chart", () => {
  const texts = [0, 10, 20, 30, 95].map((pole) => ({ text: `at ${pole}`, pole, width: 40 }));
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

test("a long note is shortened to what fits", () => {
  const widthOf = (text) => text.length * 10;
  assert.equal(shortened("recursion", widthOf, 90), "recursion");
  assert.equal(shortened("started recursion", widthOf, 90), "started…");
});
