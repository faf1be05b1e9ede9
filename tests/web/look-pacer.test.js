import assert from "node:assert/strict";
import { test } from "node:test";

import { LookPacer } from "../../web/src/engine/look-pacer.js";

/** One whose first look, in which everything is compiled, is over. */
function begun() {
  const pacer = new LookPacer();
  pacer.next(400, false);
  return pacer;
}

test("the first look, however slow, is soon followed by the second", () => {
  const pacer = new LookPacer();
  assert.equal(pacer.next(400, false), 500);
  assert.equal(pacer.next(6, false), 500);
});

test("a fast machine looks twice a second, and less at a face that is still", () => {
  const pacer = begun();
  assert.equal(pacer.next(6, false), 500);
  assert.equal(pacer.next(6, true), 1000);
});

test("no machine spends more than a tenth of a core", () => {
  for (const cost of [20, 80, 300, 500, 900]) {
    const pacer = begun();
    for (let look = 0; look < 20; look++) assert.ok(cost / pacer.next(cost, false) <= 0.1);
  }
});

test("a weak machine comes down to one look in five seconds", () => {
  assert.equal(begun().next(500, false), 5000);
});

test("one slow look does not slow down those that follow for long", () => {
  const pacer = begun();
  pacer.next(6, false);
  assert.equal(pacer.next(400, false), 4000);
  let looks = 0;
  while (pacer.next(6, false) > 500) looks += 1;
  assert.ok(looks < 8, `${looks} looks`);
});
