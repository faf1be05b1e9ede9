import assert from "node:assert/strict";
import { test } from "node:test";

import { MessagePacer } from "../../web/src/engine/message-pacer.js";

const happy = { state: "ok", emotion: "happy" };
const sad = { state: "ok", emotion: "sad" };

test("the first label is sent at once", () => {
  assert.ok(new MessagePacer(5000).due(happy, 0));
});

test("an unchanged label is repeated only after the interval", () => {
  const pacer = new MessagePacer(5000);
  pacer.due(happy, 0);
  assert.ok(!pacer.due({ ...happy }, 4999));
  assert.ok(pacer.due(happy, 5000));
});

test("a changed label is sent soon, but never in bursts", () => {
  const pacer = new MessagePacer(5000);
  pacer.due(happy, 0);
  assert.ok(!pacer.due(sad, 500));
  assert.ok(pacer.due(sad, 2000));
  assert.ok(pacer.due({ state: "no_face" }, 4000));
});

test("even a face that changes at every look costs under 2 kB a minute", () => {
  const pacer = new MessagePacer(5000);
  let bytes = 0;
  for (let now = 0; now < 60_000; now += 500) {
    const label = (now / 500) % 2 ? happy : sad;
    if (pacer.due(label, now)) bytes += `42["label",${JSON.stringify(label)}]`.length;
  }
  assert.ok(bytes < 2000, `${bytes} bytes`);
});
