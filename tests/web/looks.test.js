import assert from "node:assert/strict";
import { test } from "node:test";

import { Looks, shareOf } from "../../web/src/shared/looks.js";

const namesOf = (items) => items.map(({ name }) => name);
const wordsOf = (items) => items.map(({ word }) => word);
const OWN = [
  ["bored", -1],
  ["très content", 1],
  ["neutral", 0],
  ["à l'aise", 1],
  ["constructor", 0],
];

test("FER-2013's emotions are listed from pleasant to unpleasant, and others last", () => {
  const looks = new Looks();
  const names = ["happy", "surprise", "neutral", "sad", "fear", "angry", "disgust", "other"];
  assert.deepEqual(namesOf(looks.emotions), names);
  assert.deepEqual(namesOf(looks.groups), ["happy", "neutral", "surprise", "unhappy", "other"]);
  assert.deepEqual(wordsOf(looks.groups), ["happy", "neutral", "surprised", "unhappy", "other"]);
});

test("each of FER-2013's emotions is counted in one group", () => {
  const looks = new Looks();
  for (const { name } of looks.emotions) {
    const grouped = looks.grouped({ [name]: 0.5 });
    assert.deepEqual(Object.keys(grouped), namesOf(looks.groups));
    const counted = Object.entries(grouped).filter(([, share]) => share > 0);
    assert.deepEqual(counted, [[name in grouped ? name : "unhappy", 0.5]]);
  }
  assert.equal(looks.grouped({ sad: 0.25, angry: 0.25, happy: 0.5 }).unhappy, 0.5);
});

test("a model's own labels come after those that pages know, and are called what they are", () => {
  const looks = new Looks(OWN);
  const names = ["neutral", "bored", "très content", "à l'aise", "constructor", "other"];
  assert.deepEqual(namesOf(looks.emotions), names);
  assert.deepEqual(wordsOf(looks.emotions), names);
});

test("what is pleasant is one group, what is not is another, and each of the rest is its own", () => {
  const looks = new Looks(OWN);
  assert.deepEqual(namesOf(looks.groups), ["happy", "neutral", "constructor", "unhappy", "other"]);
  const shares = { "très content": 0.25, "à l'aise": 0.25, bored: 0.25, constructor: 0.25 };
  const grouped = { happy: 0.5, neutral: 0, constructor: 0.25, unhappy: 0.25, other: 0 };
  assert.deepEqual(looks.grouped(shares), grouped);
});

test("a group of one is called what that one is", () => {
  assert.deepEqual(wordsOf(new Looks(OWN).groups), [
    ...["happy", "neutral", "constructor", "bored", "other"],
  ]);
});

test("a model without pleasant, neutral or unpleasant labels has no such groups", () => {
  const looks = new Looks([
    ["confused", 0],
    ["{braces}", 0],
  ]);
  assert.deepEqual(wordsOf(looks.groups), ["confused", "{braces}", "other"]);
  assert.deepEqual(looks.grouped({ other: 1 }), { confused: 0, "{braces}": 0, other: 1 });
});

test("labels of another model are listed once figures have them, and counted by what is known", () => {
  const looks = new Looks(OWN);
  const before = looks.emotions;
  looks.meet([{ shares: null }, { shares: { bored: 0.5, other: 0.5 } }]);
  assert.equal(looks.emotions, before);
  looks.meet([{ shares: { sad: 0.5, asleep: 0.5 } }]);
  assert.deepEqual(namesOf(looks.emotions), [
    ...["neutral", "sad", "bored", "très content", "à l'aise", "constructor", "asleep", "other"],
  ]);
  const { unhappy, asleep } = looks.grouped({ sad: 0.5, asleep: 0.5 });
  assert.deepEqual([unhappy, asleep], [0.5, 0.5]);
});

test("a label has no share by what objects are called to have", () => {
  const shares = JSON.parse('{"bored": 0.5, "__proto__": 0.5}');
  assert.deepEqual(
    ["bored", "__proto__", "constructor", "happy"].map((name) => shareOf(shares, name)),
    [0.5, 0.5, 0, 0],
  );
});
