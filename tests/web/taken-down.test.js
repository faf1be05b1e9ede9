import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clearAnswers,
  deleteNote,
  lowerAll,
  lowerHand,
  notesWithout,
  viewWithout,
} from "../../web/src/room/taken-down.js";
import { Pending } from "../../web/src/room/pending.js";

const hands = [
  { id: "a", since: 1, name: "Ada" },
  { id: "b", since: 2, name: null },
];
const view = { t: 100, help: hands, pace: { slow_down: 2, fine: 1, speed_up: 0, lost: 3 } };

/** All that is told to the server once ten seconds are over. */
function begin(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  const ask = async (...message) => Boolean(told.push(message));
  return {
    pending: new Pending(() => {}),
    told,
    ask,
    wait: () => context.mock.timers.tick(10_000),
  };
}

test("answers are taken down, and those that came since stay", (context) => {
  const { pending, told, ask, wait } = begin(context);
  clearAnswers(pending, view, ask);
  const later = { t: 101, help: hands, pace: { slow_down: 1, fine: 2, speed_up: 0, lost: 3 } };
  assert.deepEqual(viewWithout(later, pending).pace, {
    slow_down: 0,
    fine: 1,
    speed_up: 0,
    lost: 0,
  });
  assert.deepEqual(viewWithout({ help: [], pace: null }, pending).pace, null);
  wait();
  assert.deepEqual(told, [["clear", { what: "pace", t: 100 }]]);
});

test("one hand is taken down, and the others stay up", (context) => {
  const { pending, told, ask, wait } = begin(context);
  lowerHand(pending, hands[0], ask);
  assert.deepEqual(viewWithout(view, pending).help, [hands[1]]);
  wait();
  assert.deepEqual(told, [["lower", { hand: "a" }]]);
});

test("all hands are taken down with one message, and one that goes up then stays", (context) => {
  const { pending, told, ask, wait } = begin(context);
  lowerAll(pending, view, ask);
  const newer = { id: "c", since: 3, name: null };
  assert.deepEqual(viewWithout({ ...view, help: [...hands, newer] }, pending).help, [newer]);
  wait();
  assert.deepEqual(told, [["clear", { what: "help", t: 100 }]]);
});

test("a note that is deleted is out of the list", (context) => {
  const { pending } = begin(context);
  const notes = [
    { t: 1, text: "recursion" },
    { t: 2, text: "recursion" },
  ];
  deleteNote(pending, notes[0], async () => true);
  assert.deepEqual(notesWithout(notes, pending), [notes[1]]);
});
