// What a student has said is said again whenever the server may not know it, and stands only if the
// server takes it in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Said } from "../../web/src/student/said.js";

const FADE = 300; // seconds
const REFUSAL = { message: "Too many messages: please wait a moment." };

/**
 * @param answering what the server answers to a message; it is silent unless told otherwise
 */
function student(answering = () => {}) {
  const sent = [];
  const seen = [];
  const refused = [];
  const asked = [];
  const said = new Said(
    (event, message, answered) => {
      sent.push([event, message]);
      answering(answered, event, message);
    },
    {
      seen: (what) => seen.push(...what),
      refused: (why, event) => refused.push([event, why]),
      asked: (question, counted) => asked.push([question?.id ?? null, counted]),
    },
  );
  return { said, sent, seen, refused, asked };
}

const takesIn = (answered) => answered();
const forgetful = (said) => said.welcome(FADE, false);

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
  const { said, sent, seen } = student(takesIn);
  said.say("pace", { value: "lost" });
  said.say("help", { on: true, name: "Ada" });
  said.clear("pace");
  assert.deepEqual(seen, ["pace"]);
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

test("what was tapped before the teacher took it down is not said again, what came later is", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const { said, sent, seen } = student();
  said.say("help", { on: true });
  context.mock.timers.tick(40_000);
  said.say("pace", { value: "lost" });
  context.mock.timers.tick(40_000);
  said.welcome(FADE, true, { pace: 50, help: 50 });
  assert.deepEqual(seen, ["help"]);
  assert.deepEqual(sent.slice(2), [
    ["pace", { value: "lost" }],
    ["help", { on: false }],
    ["show", { name: null }],
  ]);
});

test("a server that does not tell what was taken down is told all that stands", () => {
  for (const cleared of [undefined, { pace: null, help: null }]) {
    const { said, seen } = student();
    said.say("help", { on: true });
    said.welcome(FADE, true, cleared);
    assert.equal(said.help, true);
    assert.deepEqual(seen, []);
  }
});

test("a tap that reaches the server after the teacher took all down stands", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const answers = [];
  const { said, seen } = student((answered) => answers.push(answered));
  forgetful(said);
  context.mock.timers.tick(1000);
  said.say("help", { on: true });
  said.clear("help");
  answers.pop()();
  assert.equal(said.help, true);
  assert.deepEqual(seen, []);
  said.clear("help");
  assert.equal(said.help, false);
  assert.deepEqual(seen, ["help"]);
});

test("what is said again as the teacher takes it down goes down at both ends", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const { said, sent, seen } = student();
  said.say("help", { on: true });
  context.mock.timers.tick(1000);
  forgetful(said);
  said.clear("help");
  assert.equal(said.help, false);
  assert.deepEqual(seen, ["help"]);
  assert.deepEqual(sent.at(-1), ["help", { on: false }]);
});

test("what the server refuses falls back to what it took in last", () => {
  const { said, sent, refused } = student((answered, event, { name }) =>
    answered(name === "Grace" ? REFUSAL : undefined),
  );
  forgetful(said);
  said.say("show", { name: "Ada" });
  said.say("show", { name: "Grace" });
  assert.equal(said.name, "Ada");
  assert.deepEqual(refused, [["show", REFUSAL.message]]);
  assert.equal(sent.length, 2);
});

test("of two taps the newer one decides, whatever is answered first", () => {
  const answers = [];
  const { said } = student((answered) => answers.push(answered));
  forgetful(said);
  said.say("pace", { value: "lost" });
  said.say("pace", { value: null });
  answers[0](REFUSAL);
  assert.equal(said.pace, null);
  said.say("help", { on: true });
  said.say("help", { on: false });
  answers[2]();
  answers[3](REFUSAL);
  assert.equal(said.help, true);
});

test("what is refused after a break is taken back from a server that may remember more", () => {
  let refuses = false;
  const { said, sent } = student((answered, event, { name }) =>
    answered(refuses && name ? REFUSAL : undefined),
  );
  said.say("show", { name: "Ada" });
  refuses = true;
  said.welcome(FADE, true);
  assert.equal(said.name, null);
  assert.deepEqual(sent.at(-1), ["show", { name: null }]);
});

const QUESTION = { id: "one", question: "got_it", seconds: 60 };
const ANOTHER = { id: "two", question: "got_it", seconds: 60 };

/** A student in the class who has answered the question. */
function answered(value, answering = takesIn) {
  const { said, ...heard } = student(answering);
  said.ask(QUESTION);
  forgetful(said);
  said.say("answer", { to: QUESTION.id, value });
  return { said, ...heard };
}

test("an answer is said again while its question is open, and dropped with it", () => {
  for (const [question, last, answer] of [
    [QUESTION, ["answer", { to: "one", value: "yes" }], "yes"],
    [ANOTHER, ["answer", { to: "two", value: null }], null],
    [null, ["show", { name: null }], null],
  ]) {
    const { said, sent } = answered("yes");
    said.ask(question);
    said.welcome(FADE, true);
    assert.deepEqual(sent.at(-1), last);
    assert.equal(said.answer, answer);
  }
});

test("what was answered without a connection is said to a server that knows nothing", () => {
  const { said, sent } = answered("not_yet", () => {});
  sent.length = 0;
  said.ask(QUESTION);
  forgetful(said);
  assert.deepEqual(sent.at(-1), ["answer", { to: "one", value: "not_yet" }]);
});

test("each question is told once, and at its end whether the answer to it was counted", () => {
  const { said, asked } = answered("yes");
  said.ask(QUESTION);
  said.ask(null);
  said.ask(null);
  assert.deepEqual(asked, [
    ["one", false],
    [null, true],
  ]);
});

test("an answer that is not what the server took in last is not said to be counted", () => {
  const endings = [
    (said) => said.say("answer", { to: "one", value: null }),
    (said) => said.say("answer", { to: "one", value: "so_so" }), // on its way
    (said) => forgetful(said), // said again, and on its way
  ];
  for (const end of endings) {
    let isSilent = false;
    const { said, asked } = answered("yes", (answer) => isSilent || answer());
    isSilent = end !== endings[0];
    end(said);
    said.ask(null);
    assert.deepEqual(asked.at(-1), [null, false]);
  }
});

test("a question closes by the clock on the wall, though timers stood still meanwhile", (context) => {
  let now = 1_000_000;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Date, "now", () => now);
  const { said, asked } = answered("yes");
  now += 59_000;
  context.mock.timers.tick(1000);
  assert.equal(said.answer, "yes");
  now += 3_600_000;
  context.mock.timers.tick(1000);
  assert.equal(said.question, null);
  assert.equal(said.answer, null);
  assert.equal(asked.length, 2);
});

test("a question that is told again after a break stays open for as long as it says then", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { said } = answered("yes");
  said.ask({ ...QUESTION, seconds: 90 });
  context.mock.timers.tick(89_000);
  assert.equal(said.answer, "yes");
  context.mock.timers.tick(1000);
  assert.equal(said.question, null);
});

test("a refused answer falls back to the one that was taken in", () => {
  const { said, refused } = answered("yes", (answer, event, { value }) =>
    answer(value === "so_so" ? REFUSAL : undefined),
  );
  said.say("answer", { to: "one", value: "so_so" });
  assert.equal(said.answer, "yes");
  assert.deepEqual(refused, [["answer", REFUSAL.message]]);
});

test("what the server says of an answer to an earlier question changes nothing at the next", () => {
  for (const refusal of [undefined, REFUSAL]) {
    const late = [];
    const { said, sent, refused } = answered("yes", (answer) => late.push(answer));
    said.ask(ANOTHER);
    late.pop()(refusal);
    assert.deepEqual(refused, []);
    said.say("answer", { to: "two", value: "not_yet" });
    assert.equal(said.answer, "not_yet");
    late.pop()(REFUSAL);
    assert.equal(said.answer, null);
    assert.deepEqual(sent.at(-1), ["answer", { to: "two", value: null }]);
  }
});
