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

// A label is sent when it changes, no sooner than SHORTEST_GAP after the last, and otherwise every
// REPEAT: web/src/engine/message-pacer.js. How often one changes is our own guess: every 8 s in the
// mean, at random. That makes a label every 3.4 s. At the cadence "second" it is one a second.
const REPEAT = 5000; // milliseconds, as are all times here
const SHORTEST_GAP = 2000;
const MEAN_CHANGE = 8000;
const SECOND = 1000;
// Of each class a part looks happy or sad, all of them together, so that it can be told from a view
// whether it has their newest label in it; the others look like anything else.
const PART = 4;
const OTHERS = ["neutral", "surprise", "angry", "fear"];
const AT_ONCE = 50; // connections that are being made

const [server, cadence] = process.argv.slice(2);
const address = `${server.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;

let classes = [];
let sockets = [];
let count;
startCount();

function startCount() {
  count = { labels: 0, views: 0, lost: 0, delays: [] };
}

/** Connect, and resolve when the server has let us in. */
function connect(auth, onEvent) {
  const socket = new WebSocket(address);
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on("message", (data) => {
      const packet = data.toString();
      if (packet[0] === "2")
        socket.send("3"); // a ping
      else if (packet[0] === "0") socket.send(`40${JSON.stringify(auth)}`);
      else if (packet.startsWith("40")) resolve(socket);
      else if (packet.startsWith("44")) reject(new Error(packet));
      else if (packet.startsWith("42")) onEvent?.(packet);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      count.lost++;
      reject(new Error("closed"));
    });
  });
}

class Student {
  constructor(emotion) {
    this.emotion = emotion;
  }

  async join(code) {
    this.socket = await connect({ role: "student", code });
    this.send();
  }

  send() {
    const data = { state: "ok", emotion: this.emotion };
    this.socket.send(`42${JSON.stringify(["label", data])}`);
    count.labels++;
    clearTimeout(this.timer);
    const delay = cadence === "second" ? SECOND : REPEAT;
    this.timer = setTimeout(() => this.send(), delay);
  }

  turn(emotion) {
    this.emotion = emotion;
    if (cadence !== "second") this.send();
  }
}

class Class {
  constructor({ code, token }, students, turns) {
    Object.assign(this, { code, token, sad: false, turnedAt: null });
    const part = turns ? Math.max(2, students / PART) : 0;
    this.part = Array.from({ length: part }, () => new Student("happy"));
    this.others = Array.from({ length: students - this.part.length }, () => new Student("neutral"));
  }

  joining() {
    const teacher = { role: "teacher", code: this.code, token: this.token };
    const students = [...this.part, ...this.others];
    return [
      () => connect(teacher, (packet) => this.see(packet)),
      ...students.map((student) => () => student.join(this.code)),
    ];
  }

  start() {
    if (cadence === "second") return;
    for (const student of this.others) {
      forever(() => student.turn(OTHERS[Math.floor(Math.random() * OTHERS.length)]));
    }
    if (!this.part.length) return;
    forever(() => {
      if (this.turnedAt !== null) return; // the last turn is not in a view yet
      this.sad = !this.sad;
      for (const student of this.part) student.turn(this.sad ? "sad" : "happy");
      this.turnedAt = performance.now();
    });
  }

  see(packet) {
    count.views++;
    if (this.turnedAt === null || !packet.startsWith('42["view"')) return;
    const [, view] = JSON.parse(packet.slice(2));
    if (view.shares && "sad" in view.shares === this.sad) {
      count.delays.push(performance.now() - this.turnedAt);
      this.turnedAt = null;
    }
  }
}

/** Do something again and again, with random times between. */
async function forever(change) {
  await wait(Math.random() * MEAN_CHANGE, undefined, { ref: false });
  for (;;) {
    change();
    const rest = -Math.log(1 - Math.random()) * (MEAN_CHANGE - SHORTEST_GAP);
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
  return { connections: sockets.length };
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
