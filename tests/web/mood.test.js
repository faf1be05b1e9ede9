import assert from "node:assert/strict";
import { test } from "node:test";

import { Mood } from "../../web/src/engine/mood.js";

const LABELS = ["happy", "sad", "neutral"];
const look = (...probabilities) => ({ probabilities });

test("the first look is shown at once, rounded", () => {
  assert.deepEqual(new Mood(LABELS).update(look(0.9123, 0.05, 0.0377)), {
    state: "ok", emotion: "happy", p: 0.91,
  });
});

test("a single look that sees something else does not change the label", () => {
  const mood = new Mood(LABELS);
  mood.update(look(1, 0, 0));
  assert.equal(mood.update(look(0, 1, 0)).emotion, "happy");
});

test("a lasting change does", () => {
  const mood = new Mood(LABELS);
  mood.update(look(1, 0, 0));
  for (let looks = 0; looks < 3; looks++) mood.update(look(0, 1, 0));
  assert.equal(mood.update(look(0, 1, 0)).emotion, "sad");
});

test("no label is named when none is likely", () => {
  assert.deepEqual(new Mood(LABELS).update(look(0.35, 0.33, 0.32)), { state: "unsure" });
});

test("without a face there is no label, and the past is forgotten", () => {
  const mood = new Mood(LABELS);
  mood.update(look(1, 0, 0));
  assert.deepEqual(mood.update({ probabilities: null }), { state: "no_face" });
  assert.equal(mood.update(look(0, 0.8, 0.2)).emotion, "sad");
});
