import assert from "node:assert/strict";
import { test } from "node:test";

import { whyAlert } from "../../web/src/shared/alert-words.js";
import { ALERT_KINDS, PACES } from "../../web/src/shared/contract.js";
import { PACE_TOLD } from "../../web/src/shared/labels.js";

test("there is a word for each pace of the contract, and for no other", () => {
  const sorted = (record) => Object.keys(record).sort();
  assert.deepEqual(sorted(PACE_TOLD), [...PACES].sort());
});

test("there is a sentence for each kind of alert", () => {
  const figures = { now: 3, before: 9, students: 20, unhappy: 40, unhappy_before: 9 };
  for (const kind of ALERT_KINDS) {
    assert.match(whyAlert({ kind, since: 0, why: "", figures }), /9/);
  }
});

test("an alert of earlier releases is told as it was stored", () => {
  const stored = { kind: "mood_dropped", since: 0, why: "As it was." };
  assert.equal(whyAlert({ ...stored, figures: { now: -0.6, before: 0.3 } }), "As it was.");
  assert.equal(whyAlert({ ...stored, figures: null }), "As it was.");
});
