import assert from "node:assert/strict";
import { test } from "node:test";

import { detail } from "../../web/src/room/detail.js";

const said = (given) => ({ slow_down: 0, fine: 0, speed_up: 0, lost: 0, ...given });
const view = (pace, given) => ({ students: 31, shares: null, pace: said(pace), ...given });
const glance = (kind, share = null) => ({ kind, share });
const before = (pace, text) => ({
  pace: said(pace),
  note: text === undefined ? null : { t: 0, text },
});

test("a worry has its count, and what it was before", () => {
  const nine = view({ lost: 9 });
  assert.equal(detail(glance("lost_some"), nine, null), "9 of 31 say so.");
  const ago = before({ lost: 2 });
  assert.equal(detail(glance("lost_some"), nine, ago), "9 of 31 say so. 2 did five minutes ago.");
  const noted = before({ lost: 2 }, "proof by induction");
  assert.equal(
    detail(glance("lost_some"), nine, noted),
    "9 of 31 say so. 2 did before “proof by induction”.",
  );
  const marked = before({}, "");
  assert.equal(
    detail(glance("slow_down_many"), view({ slow_down: 1 }), marked),
    "1 of 31 says so. Nobody did before the moment you marked.",
  );
  assert.equal(detail(glance("speed_up_some"), view({}), null), "Nobody says so any more.");
});

test("a calm class has its own figures", () => {
  assert.equal(
    detail(glance("fine"), view({ fine: 14 }), null),
    "14 say just right. Nobody is lost.",
  );
  assert.equal(
    detail(glance("fine"), view({ fine: 14, lost: 1 }), null),
    "14 say just right. 1 is lost.",
  );
  const happy = detail(glance("happy", 0.62), view({}), null);
  assert.equal(happy, "62 % of the faces, on average over some minutes.");
  assert.equal(detail(glance("mixed"), view({}), null), "");
  assert.equal(detail(glance("quiet"), view({}), null), "Nobody says anything at the moment.");
  assert.equal(detail(glance("quiet"), view({ fine: 1 }), null), "Only a few say anything.");
});

test("a worry that comes slowly is told before it is the title", () => {
  const said = detail(glance("neutral", 0.6), view({ speed_up: 7, fine: 14 }), null);
  assert.equal(said, "7 of 31 say it is too slow.");
  assert.equal(detail(glance("mixed"), view({ lost: 6 }), null), "");
});

test("of what is hidden there are no figures", () => {
  const hidden = { students: 4, shares: null, pace: null };
  assert.equal(detail(glance("gathering"), hidden, null), "");
  assert.equal(detail(glance("lost_some"), hidden, before({ lost: 2 })), "");
});
