// Students and teachers who come and go, for the soak test: the connections are those of our pages
// (web/src/shared/class-socket.js), what people do with them is chance. What they do and what the
// teachers are shown goes to standard output, a line of JSON each, with `at` in seconds since the epoch.
//
// node bench/soak.mjs SERVER SEED; each line on standard input is an order:
//   {"classes": [{code, token, students, teachers, spread}]}  everybody in; spread: over all processes
//   {"churn": true|false}                                     whether anybody comes, goes or is lost
//   {"notes": false}                                          teachers note nothing any more
//   {"network": "another"}                                    the browsers say that theirs changed
import { setMaxListeners } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { ClassSocket } from "../web/src/shared/class-socket.js";
import { EMOTIONS, LABEL_SECONDS, NO_FACE, PACES, Student, looking, pick } from "./students.mjs";

const [server, seed] = process.argv.slice(2);
const CLOCKS = 3; // students of each class who show a new name every second, so that views change

// What a page has around it.
globalThis.window = new EventTarget();
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
globalThis.location = new URL(server);
Object.defineProperty(globalThis, "navigator", { value: { onLine: true } });
setMaxListeners(0, globalThis.window, globalThis.document); // of all pages

const random = mulberry32(Number(seed));
const chance = (probability) => random() < probability;
const any = (list) => pick(list, random);
let churns = true;
let notes = true;
let pages = 0;

/** Tommy Ettinger's generator: the same numbers for the same seed. */
function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function tell(what, code, page, more) {
  console.log(JSON.stringify({ what, code, page, at: Date.now() / 1000, ...more }));
}

/** One open page. Its number is its own; a student's seat outlives it. */
class Page {
  #number = pages++;
  #inner; // socket.io's socket, once it was connected
  #closed = false;

  /** @param {() => object} auth read at each try to get in */
  constructor({ code, spread }, role, auth) {
    this.code = code;
    this.role = role;
    const toJSON = () => {
      this.tell("try", { seat: auth().seat ?? null });
      return { role, code, ...auth() };
    };
    // The balancer goes by the first, the server by the second.
    const where = spread ? `${code}${Math.floor(random() * 1000)}` : code;
    this.socket = new ClassSocket(
      { code: where, toJSON },
      {
        status: () => {},
        closed: (reason) => this.tell("refused", { reason }),
      },
    );
    const page = this;
    this.socket.on("connect", function () {
      page.#inner = this;
      page.tell("connected", { transport: this.io.engine.transport.name });
    });
    // Of a try that did not get far as well.
    this.socket.on("disconnect", (reason) => this.#closed || this.tell("lost", { reason }));
    this.socket.on("connect_error", ({ message, data }) => {
      this.tell("failed", { reason: message, retry: Boolean(data?.retry) });
    });
    this.on("welcome", ({ seat }) => this.tell("welcome", { seat }));
    this.on("error", ({ message }) => this.tell("error", { message }));
  }

  get connected() {
    return this.socket.connected;
  }

  on(event, handler) {
    this.socket.on(event, handler);
  }

  emit(event, message) {
    this.socket.send(event, message);
  }

  tell(what, more) {
    tell(what, this.code, this.#number, { role: this.role, ...more });
  }

  /** The network goes away, and both sides notice. */
  lose() {
    this.#inner?.io.engine?.transport?.ws?.terminate();
  }

  /** The network goes away, and only this side notices: the other waits for a pong. */
  fallAsleep() {
    const transport = this.#inner?.io.engine?.transport;
    if (!this.socket.connected || !transport?.ws) return this.close();
    this.tell("asleep");
    const silent = () => {};
    Object.assign(transport.ws, { onmessage: silent, onclose: silent, onerror: silent });
    transport.ws = { close: silent, send: silent, terminate: silent };
    this.#closed = true;
    this.socket.close();
  }

  close() {
    this.tell("left");
    this.#closed = true;
    this.socket.close();
  }
}

/** A student with our page, which may be opened again. */
class Visitor extends Student {
  #facts;
  #page;
  #clock;

  constructor(facts, isClock) {
    super();
    this.#facts = facts;
    this.#open();
    this.look(looking(any(EMOTIONS)));
    const showTheTime = () => this.say("show", { name: new Date().toISOString() });
    if (isClock) this.#clock = setInterval(showTheTime, 1000);
  }

  /** Something that a second brings. */
  live() {
    if (chance(1 / LABEL_SECONDS)) {
      this.look(chance(0.05) ? NO_FACE : looking(any(EMOTIONS)));
    }
    if (chance(1 / 60)) this.say("pace", { value: chance(0.2) ? null : any(PACES) });
    if (chance(1 / 120)) this.say("help", { on: !this.help });
  }

  lose() {
    this.#page.lose();
  }

  async sleep(seconds) {
    this.#page.fallAsleep();
    await wait(seconds * 1000);
    this.#open();
  }

  reload() {
    this.#page.close();
    this.#open();
  }

  /** @param {boolean} unnoticed as a laptop that is closed */
  leave(unnoticed) {
    super.leave();
    clearInterval(this.#clock);
    if (unnoticed) this.#page.fallAsleep();
    else this.#page.close();
  }

  #open() {
    this.#page = new Page(this.#facts, "student", () => ({ seat: this.seat }));
    this.enter(this.#page);
  }
}

class Teacher {
  #facts;
  #page;
  #notes = 0;

  constructor(facts) {
    this.#facts = facts;
    this.#open();
  }

  live() {
    if (notes && chance(1 / 10)) this.#note();
    if (chance(1 / 40)) this.#page.socket.ask("clear", { what: any(["pace", "help"]) });
  }

  reload() {
    this.#page.close();
    this.#open();
  }

  #open() {
    const page = new Page(this.#facts, "teacher", () => ({ token: this.#facts.token }));
    this.#page = page;
    for (const event of ["view", "history", "trouble"]) {
      page.on(event, (data) => page.tell(event, { data }));
    }
  }

  async #note() {
    const page = this.#page;
    if (!page.socket.connected) return;
    const text = `note ${Math.floor(random() * 1e9)} ${++this.#notes}`;
    const confirmed = await page.socket.ask("marker", { text });
    page.tell("noted", { text, confirmed });
  }
}

class Lesson {
  constructor(facts) {
    this.facts = facts;
    this.clocks = Array.from({ length: CLOCKS }, () => new Visitor(facts, true));
    const others = Math.max(0, facts.students - CLOCKS);
    this.others = new Set(Array.from({ length: others }, () => new Visitor(facts, false)));
    this.teachers = Array.from({ length: facts.teachers }, () => new Teacher(facts));
    setInterval(() => this.live(), 1000);
  }

  live() {
    for (const person of [...this.clocks, ...this.others, ...this.teachers]) person.live();
    if (!churns) return;
    const { students } = this.facts;
    const others = [...this.others];
    if (chance(0.15) && this.others.size < 1.3 * students) {
      this.others.add(new Visitor(this.facts, false));
    }
    if (others.length && chance(0.15)) this.leave(any(others), chance(0.03));
    for (const student of [...this.others]) {
      if (chance(1 / 150)) student.lose();
      else if (chance(1 / 600)) student.reload();
      else if (chance(1 / 6000)) this.sleep(student, 1 + 60 * random());
    }
    if (chance(1 / 60)) any(this.teachers).reload();
  }

  leave(student, unnoticed) {
    this.others.delete(student);
    student.leave(unnoticed);
  }

  async sleep(student, seconds) {
    this.others.delete(student); // nothing else happens to it meanwhile
    await student.sleep(seconds);
    this.others.add(student);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  for (const facts of order.classes ?? []) new Lesson(facts);
  churns = order.churn ?? churns;
  notes = order.notes ?? notes;
  if (order.network) globalThis.window.dispatchEvent(new Event("online"));
}
process.exit();
