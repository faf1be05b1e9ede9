import assert from "node:assert/strict";
import { test } from "node:test";

import { Smoother } from "../../web/src/engine/smoother.js";

const LABELS = ["happy", "sad", "neutral"];
const HAPPY = [1, 0, 0];
const SAD = [0, 1, 0];

const HINDERED = "hindered"; // a face that is there and cannot be read
const NOBODY = null;

/** What a smoother shows at each of these looks, half a second apart. */
function show(looks, gap = 0.5) {
  const smoother = new Smoother(LABELS, 0.46);
  return looks.map((look, index) =>
    smoother.update(look === HINDERED ? null : look, 100 + index * gap, look === NOBODY),
  );
}

const labels = (looks, gap) => show(looks, gap).map(({ state, emotion }) => emotion ?? state);

test("the first look is shown at once, and nothing of it but its label", () => {
  assert.deepEqual(show([[0.9123, 0.05, 0.0377]]), [{ state: "ok", emotion: "happy" }]);
});

test("a look that sees something else does not change the label", () => {
  assert.deepEqual(labels([HAPPY, SAD, HAPPY, HAPPY]), Array(4).fill("happy"));
});

test("a face between two expressions does not make the label jump", () => {
  const one = [0.52, 0.48, 0];
  const other = [0.48, 0.52, 0];
  const looks = Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? one : other));
  assert.deepEqual(new Set(labels(looks)), new Set(["happy"]));
});

test("a lasting change shows within two seconds", () => {
  const shown = labels([HAPPY, HAPPY, SAD, SAD, SAD, SAD, SAD]);
  assert.equal(shown.at(-1), "sad");
  assert.equal(shown[3], "happy");
});

test("time counts, not looks: a weak machine's change shows at its second look", () => {
  assert.deepEqual(labels([HAPPY, SAD, SAD], 5), ["happy", "happy", "sad"]);
});

test("no label is named when none is likely", () => {
  assert.deepEqual(show([[0.4, 0.35, 0.25]]), [{ state: "unsure" }]);
});

test("a label that is just below the threshold for a moment stays", () => {
  const around = [
    [0.6, 0.2, 0.2],
    [0.45, 0.3, 0.25],
    [0.45, 0.3, 0.25],
    [0.45, 0.3, 0.25],
  ];
  assert.deepEqual(new Set(labels(around)), new Set(["happy"]));
  const fading = Array(6).fill([0.36, 0.34, 0.3]);
  assert.equal(labels([HAPPY, ...fading, ...fading]).at(-1), "unsure");
});

test("one look that misses the face is no leaving, but a second without it is", () => {
  assert.deepEqual(labels([HAPPY, NOBODY, HAPPY]), ["happy", "happy", "happy"]);
  assert.deepEqual(labels([HAPPY, NOBODY, NOBODY]), ["happy", "happy", "no_face"]);
});

test("where looks are seconds apart one that misses the face is no leaving either", () => {
  const looks = [HAPPY, NOBODY, HAPPY, NOBODY, HAPPY, NOBODY, NOBODY];
  assert.deepEqual(labels(looks, 5), [...Array(6).fill("happy"), "no_face"]);
});

test("a face that cannot be read is said at once where looks are seconds apart", () => {
  assert.deepEqual(labels([HAPPY, HINDERED, HAPPY], 5), ["happy", "no_face", "happy"]);
});

test("without a face from the beginning there is no label", () => {
  assert.deepEqual(show([NOBODY]), [{ state: "no_face" }]);
});

test("after a face was gone the past is forgotten", () => {
  assert.equal(labels([HAPPY, NOBODY, NOBODY, [0, 0.8, 0.2]]).at(-1), "sad");
});
