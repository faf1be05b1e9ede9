import assert from "node:assert/strict";
import { test } from "node:test";

import { Pending } from "../../web/src/room/pending.js";

const TIMERS = { apis: ["setTimeout"] };

/** What is undone, done and shown, of one deed whose act comes to `isDone`. */
function begin(context, isDone = true) {
  context.mock.timers.enable(TIMERS);
  const pending = new Pending(() => {});
  const acts = [];
  const act = async () => {
    acts.push("done");
    return isDone;
  };
  pending.add({ keys: ["hand a", "hand b"], said: "All hands seen.", act });
  return { pending, acts, timers: context.mock.timers };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("what is done is out of sight at once, and done ten seconds later", async (context) => {
  const { pending, acts, timers } = begin(context);
  assert.ok(pending.find("hand a") && pending.find("hand b"));
  assert.equal(pending.find("hand c"), undefined);
  assert.deepEqual(
    pending.waiting.map(({ said }) => said),
    ["All hands seen."],
  );
  timers.tick(9_999);
  assert.deepEqual(acts, []);
  timers.tick(1);
  assert.deepEqual(acts, ["done"]);
  assert.deepEqual(pending.waiting, []);
});

test("what is undone is never done", (context) => {
  const { pending, acts, timers } = begin(context);
  pending.undo(pending.waiting[0]);
  assert.equal(pending.find("hand a"), undefined);
  timers.tick(60_000);
  assert.deepEqual(acts, []);
});

test("it stays out of sight until what the page knows has it no more", async (context) => {
  const { pending, timers } = begin(context);
  timers.tick(10_000);
  pending.settle(); // of a moment before the server has answered
  assert.ok(pending.find("hand a"));
  await settled();
  assert.ok(pending.find("hand a"));
  pending.settle();
  assert.equal(pending.find("hand a"), undefined);
});

test("what the server refuses comes back", async (context) => {
  const { pending, timers } = begin(context, false);
  timers.tick(10_000);
  await settled();
  assert.equal(pending.find("hand a"), undefined);
});

test("without a connection all that waits comes back, and is not done later", (context) => {
  const { pending, acts, timers } = begin(context);
  pending.drop();
  assert.equal(pending.find("hand a"), undefined);
  timers.tick(60_000);
  assert.deepEqual(acts, []);
});

test("a page that goes does at once what waits, once", (context) => {
  const { pending, acts, timers } = begin(context);
  timers.tick(4_000);
  pending.flush();
  assert.deepEqual(acts, ["done"]);
  timers.tick(60_000);
  assert.deepEqual(acts, ["done"]);
});
