import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, day } from "../../web/src/shared/figures.js";
import { fileName } from "../../web/src/report/files.js";
import {
  alertPlace,
  answersText,
  duration,
  gotItShare,
  kept,
  largestFirst,
  momentWords,
  sameCourse,
  studentsText,
  when,
  whyHidden,
} from "../../web/src/report/words.js";

const NOON = new Date(2026, 10, 23, 12).getTime() / 1000;
const HOUR = 60 * 60;
const ANSWERS = { yes: 21, so_so: 5, not_yet: 2 };
const ASKED = { t: NOON, until: NOON + 60, question: "got_it", answers: ANSWERS };

/** A moment of five minutes from noon on. */
function moment(kind, figures, { note = "", asked = null } = {}) {
  return { kind, from: NOON, to: NOON + 300, note, figures, asked };
}

/** The sentences of moments, with notes of a minute after noon and so on. */
function sentences(moments, ...markers) {
  return momentWords({ moments, markers }).map(({ sentence }) => sentence);
}

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

test("classes are of one course if their titles begin alike, up to a separator", () => {
  const course = [
    ...[
      "Algebra",
      "Algebra,  Monday ",
      "algebra – Thursday",
      "Algebra: proofs",
      "ALGEBRA (repeat)",
    ],
    ...["Algebra - week 3", "Algebra | B", "Algebra، الاثنين", "Algebra：证明"],
  ];
  for (const title of course) assert.ok(sameCourse(title, "Algebra, Monday"), title);
  for (const title of ["Algebra 2, Monday", "Linear algebra", "Alge-bra", ": Algebra", ""]) {
    assert.ok(!sameCourse(title, "Algebra, Monday"), title);
  }
  assert.ok(sameCourse("Café", "cafe\u0301: two"));
  assert.ok(sameCourse("Co-teaching", "co-teaching, Friday"));
  assert.ok(sameCourse("– 7 –", "–  7 –"));
  assert.ok(!sameCourse("– 7 –", "– 8 –"));
});

test("each kind of moment is told in a sentence, with the part that tells most", () => {
  const some = { most: 16, students: 30 };
  const told = (...given) => sentences([moment(...given)])[0];
  assert.equal(told("lost", some), "Up to 16 of 30 were lost, for 5 minutes.");
  assert.equal(told("slow_down", some), "It was too fast for up to 16 of 30, for 5 minutes.");
  assert.equal(told("speed_up", some), "It was too slow for up to 16 of 30, for 5 minutes.");
  assert.equal(told("fine", some), "It was just right for up to 16 of 30, for 5 minutes.");
  assert.equal(
    told("unhappy", { share: 0.404 }),
    "About 40 % of the faces looked unhappy, for 5 minutes.",
  );
  assert.equal(told("happy", { share: 0.5 }), "On average 50 % of the faces looked happy.");
  assert.equal(told("neutral", { share: 0.5 }), "On average 50 % of the faces looked neutral.");
  assert.match(told("calm", { most: 0, students: 30 }), /^Nobody was lost, and few or none/);
  assert.match(told("calm", { most: 1, students: 30 }), /^Never more than 1 student was lost, /);
  assert.equal(
    told("asked", {}, { asked: ASKED }),
    "The class was asked “Got it?”: Yes 21, So-so 5, Not yet 2.",
  );
  const [{ told: strong }] = momentWords({ moments: [moment("lost", some)], markers: [] });
  assert.equal(strong, "Up to 16 of 30 were lost");
});

test("a moment is placed in the note's part of the lesson, or from there on", () => {
  const proof = { t: NOON - 60, text: "proof" };
  const lost = moment("lost", { most: 4, students: 10 }, { note: "proof" });
  const mark = { t: NOON + 60, text: "" }; // begins no other part
  const told = "Up to 4 of 10 were lost, for 5 minutes";
  assert.deepEqual(sentences([lost], proof, mark), [`${told}, in “proof”.`]);
  const next = { t: NOON + 60, text: "example" };
  assert.deepEqual(sentences([lost], proof, next), [`${told}, from “proof” on.`]);
  assert.deepEqual(sentences([moment("asked", {}, { note: "proof", asked: ASKED })]), [
    "The class was asked “Got it?” in “proof”: Yes 21, So-so 5, Not yet 2.",
  ]);
});

test("what is true of the whole class is told last, and without a time of day", () => {
  const moments = [
    moment("calm", { most: 0, students: 9 }),
    moment("fine", { most: 4, students: 9 }),
  ];
  assert.deepEqual(
    momentWords({ moments, markers: [] }).map(({ time }) => time),
    [clock(NOON), "All along"],
  );
});

test("answers are told in numbers, or that they were too few", () => {
  assert.equal(answersText(ANSWERS), "Yes 21, So-so 5, Not yet 2");
  assert.equal(answersText(null), "too few answered");
});

test("the share of those who got it is that of all answers", () => {
  const more = { ...ASKED, answers: { yes: 7, so_so: 3, not_yet: 2 } };
  const done = { ...ASKED, question: "done", answers: { yes: 0, so_so: 0, not_yet: 9 } };
  assert.equal(gotItShare([ASKED, more, done, { ...ASKED, answers: null }]), 0.7);
  assert.equal(gotItShare([done, { ...ASKED, answers: null }]), null);
});

test("an alert is told with its length and its place, as far as they are known", () => {
  const alert = { since: NOON, until: NOON + 240, note: "proof" };
  assert.equal(alertPlace(alert), "for 4 minutes, in “proof”");
  assert.equal(alertPlace({ ...alert, note: "" }), "for 4 minutes");
  // An earlier release stored only the ten seconds in which it began.
  assert.equal(alertPlace({ ...alert, until: NOON + 10 }), "in “proof”");
  assert.equal(alertPlace({ ...alert, until: NOON + 7, note: "" }), "");
});

test("students are told at most and on average", () => {
  assert.equal(studentsText({ most: 31, mean: 28.4 }), "up to 31 students, 28 on average");
  assert.equal(studentsText({ most: 1, mean: 0.9 }), "up to 1 student, 1 on average");
});
