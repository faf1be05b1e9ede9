import assert from "node:assert/strict";
import { test } from "node:test";

import { GlanceKeeper } from "../../web/src/room/glance.js";
import { SHARE_STEPS } from "../../web/src/shared/contract.js";

const QUIET = { slow_down: 0, fine: 0, speed_up: 0, lost: 0 };
const view = (given) => ({
  students: 31,
  counted: 31,
  seen: 31,
  waiting: 0,
  shares: null,
  suppressed: null,
  valence: null,
  help: [],
  named: [],
  alerts: [],
  asked: null,
  ...given,
  pace: given.pace === null ? null : { ...QUIET, ...given.pace },
});
const first = (given) => new GlanceKeeper().take(view(given), 0);
const title = (given) => first(given).title;

/** The kinds that are shown, a second each, with each view for some seconds. */
function shown(...lasting) {
  const keeper = new GlanceKeeper();
  let now = 0;
  return lasting.map(([seconds, given]) => {
    let kind = null;
    for (const end = now + seconds; now < end; now++) ({ kind } = keeper.take(view(given), now));
    return kind;
  });
}

test("a class without students, or with too few, says so", () => {
  assert.equal(title({ students: 0, pace: null }), "Waiting for students");
  assert.equal(title({ students: 4, pace: null }), "The class is gathering");
});

test("what students say comes before how they look, the lost first, then those too slow for it", () => {
  const shares = { happy: 1 };
  assert.equal(title({ shares, pace: { lost: 7, slow_down: 20 } }), "Some are lost");
  assert.equal(title({ shares, pace: { slow_down: 9, speed_up: 9 } }), "Too fast for some");
  assert.equal(title({ shares, pace: { speed_up: 8, fine: 16 } }), "Too slow for some");
  assert.equal(title({ shares, pace: { fine: 16 } }), "With you");
});

test("half of a class is most of it", () => {
  assert.equal(title({ pace: { lost: 16 } }), "Many are lost");
  assert.equal(title({ pace: { slow_down: 16 } }), "Too fast for many");
  assert.equal(title({ pace: { speed_up: 16 } }), "Too slow for many");
});

test("a worry needs two students and a fifth of those here", () => {
  assert.equal(title({ pace: { lost: 6 } }), "Quiet");
  assert.equal(title({ students: 5, pace: { lost: 1 } }), "Quiet");
  assert.equal(title({ students: 10, pace: { lost: 2 } }), "Some are lost");
});

test("looks are told in groups, where half of the class is read", () => {
  assert.equal(title({ shares: { happy: 0.55, neutral: 0.45 } }), "Mostly happy looks");
  assert.equal(title({ shares: { happy: 0.45, neutral: 0.55 } }), "Mostly neutral looks");
  assert.equal(title({ shares: { sad: 0.2, fear: 0.2, neutral: 0.6 } }), "Many look unhappy");
  assert.equal(title({ shares: { happy: 0.45, neutral: 0.3, sad: 0.25 } }), "Mixed looks");
  assert.equal(title({ shares: { happy: 1 }, seen: 6 }), "Quiet");
});

test("the level is that of the title", () => {
  const levels = [{ lost: 7 }, { slow_down: 7 }, {}, { fine: 16 }].map((pace) => first({ pace }));
  assert.deepEqual(
    levels.map(({ level }) => level),
    ["bad", "notice", "calm", "good"],
  );
});

test("what comes and goes within seconds is never shown", () => {
  const calm = { pace: { fine: 20 } };
  const lost = { pace: { fine: 20, lost: 8 } };
  assert.deepEqual(shown([400, calm], [3, lost], [3, calm], [3, lost]), Array(4).fill("fine"));
});

test("answers that the teacher took down are gone at once, and new ones need not wait", () => {
  const lost = { pace: { lost: 8 } };
  assert.deepEqual(shown([400, {}], [6, lost], [1, {}], [30, {}], [6, lost]), [
    "quiet",
    "lost_some",
    "quiet",
    "quiet",
    "lost_some",
  ]);
});

test("looks that are gone are no title any more, however new it is", () => {
  const faces = (look) => ({ shares: { [look]: 0.65, surprise: 0.35 } });
  const kinds = shown([30, faces("neutral")], [400, faces("happy")], [170, faces("neutral")]);
  assert.deepEqual(kinds, ["neutral", "happy", "mixed"]);
});

test("an alert of the server is no drift either", () => {
  const some = { pace: { slow_down: 7 } };
  const lost = { pace: { slow_down: 7, lost: 7 } };
  const slowly = [1, 2, 3, 4, 5, 6].map((count) => [60, { pace: { slow_down: 7, lost: count } }]);
  const alerts = [{ kind: "many_lost" }];
  const kinds = shown(
    [301, {}],
    [6, some],
    ...slowly.slice(2),
    [30, lost],
    [5, { ...lost, alerts }],
  );
  assert.equal(kinds.at(-2), "slow_down_some");
  assert.equal(kinds.at(-1), "lost_some");
});

// Crowds by chance.

/** Numbers from 0 to 1 by chance, the same for a seed (mulberry32). */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shares as the server rounds them: what one student alone has is in "other". */
function sharesOf(emotions) {
  const counts = {};
  for (const emotion of emotions) counts[emotion] = (counts[emotion] ?? 0) + 1;
  for (const emotion of Object.keys(counts)) {
    if (counts[emotion] > 1 || emotion === "other") continue;
    delete counts[emotion];
    counts.other = (counts.other ?? 0) + 1;
  }
  const exact = Object.entries(counts).map(([emotion, count]) => [
    emotion,
    (SHARE_STEPS * count) / emotions.length,
  ]);
  const rounded = exact.map(([emotion, steps]) => [emotion, Math.floor(steps)]);
  const left = SHARE_STEPS - rounded.reduce((sum, [, steps]) => sum + steps, 0);
  const byRest = exact.map(([, steps], index) => [steps % 1, index]).sort((a, b) => b[0] - a[0]);
  for (const [, index] of byRest.slice(0, left)) rounded[index][1]++;
  return Object.fromEntries(rounded.map(([emotion, steps]) => [emotion, steps / SHARE_STEPS]));
}

/**
 * Students who each keep a look for `dwell` seconds on average, and of whom on average so many say
 * so (`saying`, shares of the class) for five minutes each; both by chance, and always alike.
 */
class Crowd {
  #answers;
  #random;

  constructor({ students, mix = null, dwell = 60, saying = {}, seed = 1 }) {
    Object.assign(this, { students, mix, dwell, saying });
    this.#random = chance(seed);
    this.#answers = Array.from({ length: students }, () => null);
    this.emotions = this.#answers.map(() => mix && this.#look());
    for (let now = -600; now < 0; now++) this.#taps(now); // the answers have come and gone
  }

  #look() {
    let left = this.#random() * Object.values(this.mix).reduce((sum, weight) => sum + weight);
    return Object.keys(this.mix).find((emotion) => (left -= this.mix[emotion]) < 0);
  }

  #taps(now) {
    for (const [word, share] of Object.entries(this.saying)) {
      if (this.#random() < (share * this.students) / 300) this.say(word, now);
    }
  }

  /** One of them says something, by chance. */
  say(word, now) {
    this.#answers[Math.floor(this.#random() * this.students)] = { word, until: now + 300 };
  }

  viewAt(now) {
    if (this.mix) {
      this.emotions = this.emotions.map((old) =>
        this.#random() < 1 / this.dwell ? this.#look() : old,
      );
    }
    this.#taps(now);
    const pace = { ...QUIET };
    for (const answer of this.#answers) if (answer && answer.until > now) pace[answer.word]++;
    return view({
      students: this.students,
      seen: this.mix && this.students,
      shares: this.mix && sharesOf(this.emotions),
      pace,
    });
  }
}

const MIXES = {
  none: null,
  "half neutral": { neutral: 50, happy: 30, sad: 20 },
  "60 % neutral": { neutral: 60, happy: 25, sad: 15 },
  "half happy": { happy: 50, neutral: 50 },
  even: { happy: 1, neutral: 1, sad: 1 },
  "two fifths unhappy": { sad: 25, angry: 15, neutral: 40, happy: 20 },
};
const SAYING = {
  nothing: {},
  "a fifth lost": { lost: 0.2, fine: 0.2 },
  "a fifth lost, a fifth too fast": { lost: 0.2, slow_down: 0.2, fine: 0.1 },
  "half lost": { lost: 0.69 }, // of whom some tap twice
  "half just right": { fine: 0.69 },
};

for (const students of [8, 30, 120]) {
  test(`a class of ${students} that stays as it is gets another title once in five minutes at most`, () => {
    for (const [looks, mix] of Object.entries(MIXES)) {
      for (const [index, [words, saying]] of Object.entries(SAYING).entries()) {
        const dwell = index % 2 === 0 ? 30 : 60;
        const crowd = new Crowd({ students, mix, dwell, saying, seed: students + index });
        const keeper = new GlanceKeeper();
        let { kind } = keeper.take(crowd.viewAt(0), 0);
        let changed = -Infinity;
        for (let now = 1; now < 2 * 3600; now++) {
          const next = keeper.take(crowd.viewAt(now), now).kind;
          if (next === kind) continue;
          const what = `${looks}, ${words}: ${kind} to ${next} at ${now}`;
          assert.ok(now - changed >= 300, `${what}, ${now - changed} s after the last change`);
          [kind, changed] = [next, now];
        }
      }
    }
  });

  test(`a class of ${students} that is lost is told within ten seconds, and calm again later`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const saying = { fine: 0.2 };
      const crowd = new Crowd({ students, mix: MIXES["60 % neutral"], saying, seed });
      const keeper = new GlanceKeeper();
      const trouble = 900 + 30 * seed;
      let crossed = null;
      let told = null;
      let calm = null;
      for (let now = 0; now < trouble + 600; now++) {
        if (now >= trouble && now < trouble + 60) {
          // Within a minute most of them say so.
          for (let tap = 0; tap < students / 40; tap++) crowd.say("lost", now);
        }
        const newest = crowd.viewAt(now);
        const isLost = keeper.take(newest, now).kind.startsWith("lost");
        if (now < trouble) continue;
        if (newest.pace.lost >= students / 3) crossed ??= now;
        if (isLost) told ??= now;
        if (told !== null && !isLost) calm ??= now;
      }
      assert.ok(crossed !== null && told !== null, `never, ${seed}`);
      assert.ok(told - crossed <= 10, `${told - crossed} s, ${seed}`);
      // Five minutes later the answers have gone by themselves.
      assert.ok(calm !== null && calm - (trouble + 360) <= 60, `${calm - trouble} s, ${seed}`);
    }
  });
}
