import assert from "node:assert/strict";
import { test } from "node:test";

import {
  chapterLines,
  chaptersOf,
  recordingBegan,
  timeOfDay,
  webVtt,
} from "../../web/src/report/chapters.js";

const NOON = new Date(2026, 10, 23, 12).getTime() / 1000;
const HOUR = 60 * 60;

/** A class from noon on, with notes, questions and alerts so many seconds later. */
function lesson({ notes = {}, asked = {}, alerts = {}, length = HOUR }) {
  return {
    ended: NOON + length,
    points: [],
    markers: Object.entries(notes).map(([t, text]) => ({ t: NOON + Number(t), text })),
    asked: Object.entries(asked).map(([t, question]) => ({ t: NOON + Number(t), question })),
    alerts: Object.entries(alerts).map(([t, kind]) => ({ since: NOON + Number(t), kind })),
  };
}

const lines = (report, began = NOON) => chapterLines(chaptersOf(report, began)).split("\n");

test("notes, questions and alerts are chapters, in the order of time from 0:00 on", () => {
  const report = lesson({
    notes: { 90: "limits", 3000: "" },
    asked: { 750: "got_it" },
    alerts: { 600: "many_lost", 660: "mood_dropped", 700: "faces_gone" },
  });
  assert.deepEqual(lines(report), [
    ...["0:00 Start", "1:30 limits", "10:00 Many are lost", "11:00 More faces look unhappy"],
    ...["11:40 Fewer faces are read", "12:30 Got it?", "50:00 Marked moment"],
  ]);
});

test("times are those of the recording, with hours where it has some", () => {
  const report = lesson({ notes: { 60: "limits", 4000: "proofs" }, length: 2 * HOUR });
  assert.deepEqual(lines(report, NOON - 45), ["0:00 Start", "1:45 limits", "1:07:25 proofs"]);
});

test("a recording that begins in the lesson begins with the part that goes on", () => {
  const report = lesson({
    notes: { 60: "limits", 600: "proofs", 1200: "example" },
    asked: { 590: "done" },
    alerts: { 595: "many_lost" },
  });
  assert.deepEqual(lines(report, NOON + 630), ["0:00 proofs", "9:30 example"]);
  assert.deepEqual(lines(report, NOON + 30), [
    ...["0:00 Start", "0:30 limits", "9:20 Done?, Many are lost", "9:30 proofs", "19:30 example"],
  ]);
});

test("no chapter is shorter than ten seconds", () => {
  const report = lesson({ notes: { 4: "hello", 14: "limits", 23.9: "proofs", 3595: "goodbye" } });
  const chapters = chaptersOf(report, NOON);
  assert.deepEqual(
    chapters.map(({ text }) => text),
    ["Start, hello", "limits, proofs, goodbye"],
  );
  for (const { from, to } of chapters) assert.ok(to - from >= 10);
});

test("each chapter lasts to the next, the last to the end of the class", () => {
  const report = lesson({ notes: { 60: "limits" } });
  assert.deepEqual(
    chaptersOf(report, NOON).map(({ from, to }) => [from, to]),
    [
      [0, 60],
      [60, HOUR],
    ],
  );
  const running = { ...report, ended: null, points: [{ t: NOON + 90 }] };
  assert.equal(chaptersOf(running, NOON).at(-1).to, 100);
});

test("a recording of after the class has no chapters", () => {
  assert.deepEqual(chaptersOf(lesson({}), NOON + HOUR), []);
  assert.deepEqual(chaptersOf({ ...lesson({}), ended: null }, NOON + HOUR).length, 1);
});

test("WebVTT has a cue for each chapter, and nothing in a note can break it", () => {
  const report = lesson({ notes: { 60: "a < b & c --> d", 3700: "end" }, length: 3720.5 });
  assert.equal(
    webVtt(chaptersOf(report, NOON)),
    "WEBVTT\n\n" +
      "00:00:00.000 --> 00:01:00.000\nStart\n\n" +
      "00:01:00.000 --> 01:01:40.000\na &lt; b &amp; c --&gt; d\n\n" +
      "01:01:40.000 --> 01:02:00.000\nend\n",
  );
});

test("a time of day is that next to the beginning of the class", () => {
  assert.equal(recordingBegan("12:01", NOON), NOON + 60);
  assert.equal(recordingBegan("11:59:30", NOON), NOON - 30);
  const midnight = NOON + 12 * HOUR;
  assert.equal(recordingBegan("23:59", midnight + 60), midnight - 60);
  assert.equal(recordingBegan("00:01", midnight - 60), midnight + 60);
  for (const none of ["", "12", "12:0", "noon"]) assert.equal(recordingBegan(none, NOON), null);
  assert.equal(timeOfDay(NOON + 61), "12:01:01");
});
