import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, day } from "../../web/src/shared/figures.js";
import {
  duration,
  fileName,
  kept,
  largestFirst,
  sameTitle,
  when,
  whyHidden,
} from "../../web/src/report/words.js";

const NOON = new Date(2026, 10, 23, 12).getTime() / 1000;
const HOUR = 60 * 60;

test("a length of time is told in seconds, minutes or hours", () => {
  assert.equal(duration(0.5), "30 seconds");
  assert.equal(duration(1), "1 minute");
  assert.equal(duration(75.4), "75 minutes");
  assert.equal(duration(125), "2 h 5 min");
});

test("a class is dated with both days only if it went past midnight", () => {
  const ended = NOON + HOUR;
  assert.equal(
    when({ began: NOON, ended, minutes: 60 }),
    `${day(NOON)}, ${clock(NOON)} to ${clock(ended)}: 60 minutes`,
  );
  const late = NOON + 13 * HOUR;
  assert.ok(when({ began: NOON, ended: late, minutes: 780 }).includes(`to ${day(late)}, `));
});

test("a class that still runs is dated from its start on", () => {
  assert.match(when({ began: NOON, ended: null, minutes: 20 }), /, since .*: 20 minutes so far$/);
});

test("each reason for hiding is told with its time, and none if nothing was hidden", () => {
  const points = (count, suppressed) => Array(count).fill({ suppressed });
  assert.equal(whyHidden({ points: points(9, null), min_students: 5 }), "");
  const hidden = [...points(12, "few_students"), ...points(3, null), ...points(1, "few_faces")];
  assert.equal(
    whyHidden({ points: hidden, min_students: 5 }),
    "2 minutes, because fewer than 5 students were here; " +
      "10 seconds, because fewer than 5 faces were read",
  );
});

test("shares are told with the largest first and the rest at the end", () => {
  const shares = { happy: 0.2, neutral: 0.3, other: 0.5 };
  assert.deepEqual(
    largestFirst(shares).map(([name]) => name),
    ["neutral", "happy", "other"],
  );
});

test("the page says until when the server keeps the report", () => {
  assert.match(kept(NOON, 1), new RegExp(`for 1 day, until ${day(NOON + 24 * HOUR)}`));
  assert.match(kept(null, 30), /for 30 days after the end/);
  assert.match(kept(null, 0), /keeps nothing/);
});

test("a file is named after title and date, in any script and without what a disk refuses", () => {
  assert.equal(
    fileName({ title: "Algebra, Monday", began: NOON }, "csv"),
    "algebra-monday-2026-11-23.csv",
  );
  assert.equal(
    fileName({ title: "Größe 2/3: Ωμέγα", began: NOON }, "json"),
    "größe-2-3-ωμέγα-2026-11-23.json",
  );
  assert.equal(fileName({ title: "!?", began: NOON }, "csv"), "class-2026-11-23.csv");
});

test("a title is the same in any case and with any blanks", () => {
  assert.ok(sameTitle("Algebra,  Monday ", "algebra, monday"));
  assert.ok(sameTitle("Café", "cafe\u0301"));
  assert.ok(!sameTitle("Algebra 1", "Algebra 2"));
});
