/** What figures mean has colours that can be told apart, by colour-blind readers too. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PACES } from "../../web/src/shared/contract.js";
import { Looks } from "../../web/src/shared/looks.js";

const CONTRAST = 3; // to the card: WCAG 2.2, 1.4.11
// Distances in OKLab, in which 0.02 is about the least that can be seen side by side. Lines and
// dots are small and lie apart: four times that. Those of two lists differ by their place and by
// their words as well.
const IN_A_LIST = 0.08;
const IN_TWO_LISTS = 0.05;

const coloursOf = (items) => items.map(({ colour }) => colour);
const { emotions, groups } = new Looks(); // FER-2013's
const EMOTIONS = coloursOf(emotions);
const GROUPS = coloursOf(groups);
/** All that may stand beside FER-2013's groups, of models with labels of their own. */
const PALETTE = [...new Set(coloursOf(new Looks(strangers(20)).emotions))].slice(0, -1);
const LOOKS = [...GROUPS, ...PALETTE];
const style = readFileSync(new URL("../../web/src/style.css", import.meta.url), "utf8");
const light = variablesIn(/\n:root \{(.*?)\n\}/s);
const SCHEMES = {
  light,
  dark: { ...light, ...variablesIn(/\n {2}:root:not\(.*?\{(.*?)\n {2}\}/s) },
};

// Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
const EYES = {
  "all colours": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
// Ottosson (2020): linear RGB to cone responses, and their cube roots to OKLab.
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

/** A model of so many labels that no page has words for. */
function strangers(count) {
  return Array.from({ length: count }, (_, index) => [`label ${index}`, 0]);
}

function variablesIn(block) {
  const [, text] = style.match(block);
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value]),
  );
}

const times = (matrix, vector) =>
  matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * vector[index], 0));

/** The digits of a variable, which may be another one's name. */
function colourOf(scheme, name) {
  const value = SCHEMES[scheme][name];
  const other = value.match(/^var\(--([\w-]+)\)$/)?.[1];
  return other ? colourOf(scheme, other) : value;
}

function linear(colour) {
  const [, ...digits] =
    colour.match(/^#(..)(..)(..)$/) ?? assert.fail(`${colour} has no six digits`);
  return digits.map((pair) => {
    const part = parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

/** As WCAG has it. */
function contrast(...colours) {
  const [one, other] = colours.map((colour) => {
    const [red, green, blue] = linear(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  });
  return Math.max(one / other, other / one);
}

/** In OKLab, of two colours as these eyes see them. */
function distance(eyes, ...colours) {
  const [one, other] = colours.map((colour) => {
    const seen = times(EYES[eyes], linear(colour)).map((part) => Math.min(1, Math.max(0, part)));
    return times(TO_LAB, times(TO_CONES, seen).map(Math.cbrt));
  });
  return Math.hypot(...one.map((part, index) => part - other[index]));
}

const pairsOf = (list) =>
  list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other]));

for (const scheme of Object.keys(SCHEMES)) {
  test(`${scheme}: each colour stands out from the card`, () => {
    const answers = ["yes", "so_so", "not_yet"];
    for (const name of [...PACES, ...LOOKS, ...EMOTIONS, ...answers, "students", "seen"]) {
      const found = contrast(colourOf(scheme, name), colourOf(scheme, "card"));
      assert.ok(found >= CONTRAST, `${name}: ${found.toFixed(2)}`);
    }
  });

  for (const eyes of Object.keys(EYES)) {
    test(`${scheme}: meanings are told apart by who sees ${eyes}`, () => {
      const between = PACES.flatMap((pace) => LOOKS.map((look) => [pace, look]));
      for (const [pairs, least] of [
        [[...pairsOf(PACES), ...pairsOf(LOOKS)], IN_A_LIST],
        [between, IN_TWO_LISTS],
      ]) {
        for (const pair of pairs) {
          const apart = distance(eyes, ...pair.map((name) => colourOf(scheme, name)));
          assert.ok(apart >= least, `${pair.join(" and ")}: ${apart.toFixed(3)}`);
        }
      }
    });
  }

  test(`${scheme}: no two meanings have the same colour`, () => {
    const colours = [...new Set([...PACES, ...LOOKS, ...EMOTIONS])].map((name) =>
      colourOf(scheme, name),
    );
    assert.equal(new Set(colours).size, colours.length);
  });
}

test("each label of a model has a colour of its own, or else a dash", () => {
  assert.equal(PALETTE.length, 8);
  const drawn = new Looks(strangers(20)).emotions.map(({ colour, dash }) => `${colour} ${dash}`);
  assert.equal(new Set(drawn).size, 21);
});

test("a red and a green that only some can tell apart are found", () => {
  const pair = ["#b35c4c", "#72752a"];
  assert.ok(distance("all colours", ...pair) > IN_A_LIST);
  assert.ok(distance("deuteranopia", ...pair) < IN_A_LIST);
});
