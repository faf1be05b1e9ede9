import assert from "node:assert/strict";
import { test } from "node:test";

import { SteadyHeadline, headline } from "../../web/src/room/headline.js";

const QUIET = { slow_down: 0, fine: 0, speed_up: 0, lost: 0 };
const view = (given) => ({
  students: 31,
  counted: 31,
  seen: 31,
  shares: null,
  suppressed: null,
  valence: null,
  pace: QUIET,
  help: [],
  named: [],
  alerts: [],
  ...given,
});
const saying = (pace, given) => view({ pace: { ...QUIET, ...pace }, ...given });
const text = (given) => headline(given).text;

test("without students it says so, and with few how many are here", () => {
  assert.equal(text(view({ students: 0, pace: null })), "Nobody is here yet");
  assert.equal(text(view({ students: 1, pace: null })), "1 student is here");
  assert.equal(
    text(view({ students: 4, pace: null, suppressed: "few_students" })),
    "4 students are here",
  );
});

test("what students say comes before how they look", () => {
  const shares = { happy: 1 };
  assert.equal(text(saying({ slow_down: 9 }, { shares })), "9 of 31 say it is too fast");
  assert.equal(text(saying({ lost: 7 }, { shares })), "7 of 31 say they are lost");
  assert.equal(text(saying({ speed_up: 8 }, { shares })), "8 of 31 say it is too slow");
});

test("two worries are told in one sentence, the larger first, the lost first of equals", () => {
  assert.equal(
    text(saying({ slow_down: 9, lost: 7 })),
    "9 of 31 say it is too fast, 7 say they are lost",
  );
  assert.equal(headline(saying({ slow_down: 8, lost: 8 })).kind, "lost");
});

test("a worry needs two students and a fifth of those here", () => {
  const shares = { happy: 1 };
  assert.equal(text(saying({ lost: 6 }, { shares })), "Most of the class looks happy");
  assert.equal(
    text(saying({ lost: 1 }, { shares, students: 5, seen: 5 })),
    "Most of the class looks happy",
  );
  assert.equal(text(saying({ lost: 2 }, { shares, students: 10 })), "2 of 10 say they are lost");
});

test("just right is a headline when half of the class says so and nobody worries enough", () => {
  assert.equal(text(saying({ fine: 16 })), "16 of 31 say the pace is just right");
  assert.equal(text(saying({ fine: 15 })), "31 students are here");
  assert.equal(headline(saying({ fine: 20, lost: 7 })).kind, "lost");
});

test("the mood is told as looks, of most or of the largest group", () => {
  assert.equal(
    text(view({ shares: { happy: 0.55, neutral: 0.45 } })),
    "Most of the class looks happy",
  );
  assert.equal(
    text(view({ shares: { happy: 0.5, sad: 0.3, fear: 0.2 } })),
    "The largest group looks happy",
  );
  assert.equal(text(view({ shares: { fear: 1 } })), "Most of the class looks afraid");
});

test("a class without a clear largest group looks mixed", () => {
  assert.equal(text(view({ shares: { happy: 0.5, sad: 0.5 } })), "The class looks mixed");
  assert.equal(
    text(view({ shares: { happy: 0.35, sad: 0.3, neutral: 0.35 } })),
    "The class looks mixed",
  );
  assert.equal(text(view({ shares: { other: 0.6, happy: 0.4 } })), "The class looks mixed");
  assert.equal(
    text(view({ shares: { happy: 0.3, sad: 0.2, neutral: 0.2 } })),
    "The largest group looks happy",
  );
});

test("few faces do not speak for the class", () => {
  const few = (shares) => text(view({ shares, seen: 6 }));
  assert.equal(few({ happy: 1 }), "Most of the faces read look happy");
  assert.equal(few({ happy: 0.5, sad: 0.3 }), "The largest group of the faces read looks happy");
  assert.equal(few({ happy: 0.5, sad: 0.5 }), "The faces read look mixed");
});

const happy = { kind: "happy", text: "Most of the class looks happy" };
const sad = { kind: "sad", text: "Most of the class looks sad" };
const lost = (count) => ({ kind: "lost", text: `${count} of 31 say they are lost` });
const here = (count) => ({ kind: "presence", text: `${count} students are here` });

/** What is shown after each [time, headline] of a class. */
function shown(...taken) {
  const steady = new SteadyHeadline(4);
  return taken.map(([now, newest]) => {
    if (newest) steady.take(newest, now);
    return steady.text(now);
  });
}

test("before the first view there is no headline, and the first is shown at once", () => {
  assert.deepEqual(shown([0, null], [1, happy]), [null, happy.text]);
});

test("a new headline has to last before it is shown", () => {
  assert.deepEqual(shown([0, happy], [10, sad], [13.9, null], [14, null]), [
    happy.text,
    happy.text,
    happy.text,
    sad.text,
  ]);
});

test("a headline that comes and goes is never shown", () => {
  const seen = shown([0, happy], [10, sad], [13, happy], [15, sad], [18, null]);
  assert.deepEqual(new Set(seen), new Set([happy.text]));
});

test("numbers that keep changing do not keep a headline from being shown", () => {
  const seen = shown([0, happy], [10, lost(7)], [12, lost(8)], [14, lost(9)]);
  assert.equal(seen.at(-1), lost(9).text);
});

test("numbers change no more often than the headline may", () => {
  const seen = shown([0, lost(7)], [2, lost(8)], [4, null], [5, lost(9)], [8, null]);
  assert.deepEqual(
    seen,
    [7, 7, 8, 8, 9].map((count) => lost(count).text),
  );
});

test("how many are here gives way at once, as at the start", () => {
  assert.deepEqual(shown([0, here(4)], [1, happy]), [here(4).text, happy.text]);
  assert.deepEqual(shown([0, happy], [1, here(4)], [4, null]), [
    happy.text,
    happy.text,
    happy.text,
  ]);
});
