// Students and teachers in great numbers for the benchmark of the server. Bare WebSockets that speak
// just enough of Engine.IO and Socket.IO, so that the load costs less than what it loads.
//
// Each line on standard input is an order, and each gets a line of JSON as its answer:
//   {"join": [{code, token}, …], "students": 50, "turns": true}
//       a teacher and so many students into each class, whether or not a part of them turns together
//   {"measure": seconds}
//       what happened in so many seconds
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import { EMOTIONS, LABEL_GAP_SECONDS, LABEL_SECONDS, Student, looking, pick } from "./students.mjs";

// Faces change no sooner than SHORTEST_GAP after the last change, after LABEL_SECONDS in the mean, at
// random. With the repeats that makes a label every 3.8 s. At the cadence "second" it is one a second.
const SHORTEST_GAP = 1000 * LABEL_GAP_SECONDS; // milliseconds, as are all times here
const SECOND = 1000;
// Of each class a part looks happy or sad, all of them together, so that it can be told from a view
// whether it has their newest label in it; the others look like anything else.
const PART = 4;
const OTHERS = EMOTIONS.filter((emotion) => emotion !== "happy" && emotion !== "sad");
const AT_ONCE = 50; // connections that are being made

const [server, cadence] = process.argv.slice(2);
const address = `${server.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;

let classes = [];
let count;
startCount();

function startCount() {
  count = { labels: 0, lost: 0, delays: [] };
}

/** As much of socket.io-client's socket as students and teachers need here. */
class BareSocket {
  #socket = new WebSocket(address);
  #handlers = {};

  constructor(auth) {
    /** Resolves when the server has let us in. */
    this.entered = new Promise((resolve, reject) => {
      this.#socket.on("message", (data) => {
        const packet = data.toString();
        if (packet[0] === "2")
          this.#socket.send("3"); // a ping
        else if (packet[0] === "0") this.#socket.send(`40${JSON.stringify(auth)}`);
        else if (packet.startsWith("40")) resolve();
        else if (packet.startsWith("44")) reject(new Error(packet));
        else if (packet.startsWith("42")) this.#hear(...JSON.parse(packet.slice(2)));
      });
      this.#socket.on("error", reject);
      this.#socket.on("close", () => {
        count.lost++;
        reject(new Error("closed"));
      });
    });
  }

  get connected() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  on(event, handler) {
    this.#handlers[event] = handler;
  }

  emit(event, message) {
    this.#socket.send(`42${JSON.stringify([event, message])}`);
    count.labels++; // these students say nothing else
  }

  #hear(event, message) {
    this.#handlers[event]?.(message);
  }
}

class Class {
  constructor({ code, token }, students, turns) {
    Object.assign(this, { code, token, sad: false, turnedAt: null });
    const part = turns ? Math.max(2, Math.floor(students / PART)) : 0;
    this.part = Array.from({ length: part }, () => new Student());
    this.others = Array.from({ length: students - part }, () => new Student());
  }

  joining() {
    return [
      () => this.#admitTeacher(),
      ...this.part.map((student) => () => this.#admit(student, looking("happy"))),
      ...this.others.map((student) => () => this.#admit(student, looking("neutral"))),
    ];
  }

  #admitTeacher() {
    const teacher = new BareSocket({ role: "teacher", code: this.code, token: this.token });
    teacher.on("view", (view) => this.#see(view));
    return teacher.entered;
  }

  async #admit(student, label) {
    const socket = new BareSocket({ role: "student", code: this.code });
    student.enter(socket).look(label);
    await socket.entered;
    if (cadence === "second") setInterval(() => student.look(label), SECOND);
  }

  start() {
    if (cadence === "second") return;
    for (const student of this.others) forever(() => student.look(looking(pick(OTHERS))));
    if (!this.part.length) return;
    forever(() => {
      if (this.turnedAt !== null) return; // the last turn is not in a view yet
      this.sad = !this.sad;
      for (const student of this.part) student.look(looking(this.sad ? "sad" : "happy"));
      this.turnedAt = performance.now();
    });
  }

  #see(view) {
    if (this.turnedAt === null || !view.shares || "sad" in view.shares !== this.sad) return;
    count.delays.push(performance.now() - this.turnedAt);
    this.turnedAt = null;
  }
}

/** Do something again and again, with random times between. */
async function forever(change) {
  await wait(Math.random() * 1000 * LABEL_SECONDS, undefined, { ref: false });
  for (;;) {
    change();
    const rest = -Math.log(1 - Math.random()) * (1000 * LABEL_SECONDS - SHORTEST_GAP);
    await wait(SHORTEST_GAP + rest, undefined, { ref: false });
  }
}

async function join(rooms, students, turns) {
  const joined = rooms.map((room) => new Class(room, students, turns));
  const waiting = joined.flatMap((each) => each.joining());
  const hand = async () => {
    for (let next; (next = waiting.shift());) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  for (const each of joined) each.start();
  classes.push(...joined);
  return {};
}

async function measure(seconds) {
  startCount();
  await wait(1000 * seconds);
  const now = performance.now();
  const open = classes.map(({ turnedAt }) => turnedAt).filter((turnedAt) => turnedAt !== null);
  // Turns that were never seen count with the time that they wait already.
  const late = open.map((turnedAt) => now - turnedAt).filter((delay) => delay > 2 * SECOND);
  return { ...count, delays: [...count.delays, ...late] };
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  if (order.join) answer = await join(order.join, order.students, order.turns);
  if (order.measure) answer = await measure(order.measure);
  console.log(JSON.stringify(answer));
}
process.exit();
