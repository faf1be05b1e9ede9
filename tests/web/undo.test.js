import assert from "node:assert/strict";
import { test } from "node:test";

import { Undo } from "../../web/src/room/undo.js";

const TIMERS = { apis: ["setTimeout", "Date"] };

/** What is undone, done and shown, of one deed whose act comes to `isDone`. */
function begin(context, isDone = true) {
  context.mock.timers.enable(TIMERS);
  const undo = new Undo(() => {});
  const acts = [];
  const act = async (ago) => {
    acts.push(ago);
    return isDone;
  };
  undo.add({ keys: ["hand a", "hand b"], said: "All hands seen.", act });
  return { undo, acts, timers: context.mock.timers };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("what is done is out of sight at once, and done ten seconds later", async (context) => {
  const { undo, acts, timers } = begin(context);
  assert.ok(undo.find("hand a") && undo.find("hand b"));
  assert.equal(undo.find("hand c"), undefined);
  assert.deepEqual(
    undo.waiting.map(({ said }) => said),
    ["All hands seen."],
  );
  timers.tick(9_999);
  assert.deepEqual(acts, []);
  timers.tick(1);
  assert.deepEqual(acts, [10]);
  assert.deepEqual(undo.waiting, []);
});

test("what is undone is never done", (context) => {
  const { undo, acts, timers } = begin(context);
  undo.undo(undo.waiting[0]);
  assert.equal(undo.find("hand a"), undefined);
  timers.tick(60_000);
  assert.deepEqual(acts, []);
});

test("it stays out of sight until what the page knows has it no more", async (context) => {
  const { undo, timers } = begin(context);
  timers.tick(10_000);
  undo.settle(); // of a moment before the server has answered
  assert.ok(undo.find("hand a"));
  await settled();
  assert.ok(undo.find("hand a"));
  undo.settle();
  assert.equal(undo.find("hand a"), undefined);
});

test("what the server refuses comes back", async (context) => {
  const { undo, timers } = begin(context, false);
  timers.tick(10_000);
  await settled();
  assert.equal(undo.find("hand a"), undefined);
});

test("without a connection all that waits comes back, and is not done later", (context) => {
  const { undo, acts, timers } = begin(context);
  undo.drop();
  assert.equal(undo.find("hand a"), undefined);
  timers.tick(60_000);
  assert.deepEqual(acts, []);
});

test("a page that goes does at once what waits, once", (context) => {
  const { undo, acts, timers } = begin(context);
  timers.tick(4_000);
  undo.flush();
  assert.deepEqual(acts, [4]);
  timers.tick(60_000);
  assert.deepEqual(acts, [4]);
});
