// What a student has said is said again whenever the server may not know it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Said } from "../../web/src/student/said.js";

const FADE = 300; // seconds

function student() {
  const sent = [];
  const said = new Said((event, message) => sent.push([event, message]));
  return { said, sent };
}

test("a newcomer who has said nothing says nothing", () => {
  const { said, sent } = student();
  said.welcome(FADE, false);
  assert.deepEqual(sent, []);
});

test("a seat that the server knows is told even that nothing stands any more", () => {
  const { said, sent } = student();
  said.say("show", { name: "Ada" });
  said.say("show", { name: null });
  sent.length = 0;
  said.welcome(FADE, true);
  assert.deepEqual(sent, [
    ["pace", { value: null }],
    ["help", { on: false }],
    ["show", { name: null }],
  ]);
});

test("whatever stands is said again, all of it, but for what the teacher has cleared", () => {
  const { said, sent } = student();
  said.say("pace", { value: "lost" });
  said.say("help", { on: true, name: "Ada" });
  said.clear("pace");
  sent.length = 0;
  said.welcome(FADE, false);
  assert.deepEqual(sent, [
    ["pace", { value: null }],
    ["help", { on: true, name: "Ada" }],
    ["show", { name: null }],
  ]);
});

test("a pace fades by the clock from its tap on, not from the welcome after it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { said, sent } = student();
  said.welcome(FADE, false);
  said.say("pace", { value: "lost" });
  context.mock.timers.tick(1000 * (FADE - 1));
  said.welcome(FADE, true);
  assert.equal(said.pace, "lost");
  sent.length = 0;
  context.mock.timers.tick(1000);
  assert.equal(said.pace, null);
  assert.deepEqual(sent, [["pace", { value: null }]]);
});
