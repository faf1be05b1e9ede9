// A simulated class of 30 whose mood drifts, through the same public contract as real students.
import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { LABEL_SECONDS, NO_FACE, PACES, Student, connect, looking, pick } from "./students.mjs";

const STUDENTS = 30;
const LOOK_SECONDS = 2;
// The moods that the class drifts through, as weights.
const MOODS = [
  { happy: 3, surprise: 1, neutral: 6 },
  { happy: 6, surprise: 2, neutral: 2 },
  { sad: 3, fear: 2, angry: 1, neutral: 4 },
  { sad: 2, surprise: 3, neutral: 5 },
];
const MOOD_SECONDS = 30;
const SAID = ["fine", "fine", ...PACES]; // most are fine
const ANSWERS = ["yes", "yes", "yes", "so_so", "not_yet"]; // to a question of the teacher's
const ANSWERING = 0.8; // of the class
const THINKING_SECONDS = 20; // at most

// What single students want their teacher to see, by the student's number.
const OF_THEIR_OWN_ACCORD = {
  3: ["help", { on: true, name: "Ada" }],
  5: ["show", { name: "Ben" }],
};

const server = process.argv[2] ?? "http://localhost:8000";

async function untilItAnswers(url) {
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await wait(200);
  }
  throw new Error(`${url} does not answer`);
}

async function openClass() {
  let answer;
  for (const mode of ["camera", "self-report"]) {
    // the second where cameras are ruled out
    const response = await fetch(`${server}/api/classes`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ title: "Demo: a simulated class", mode }),
    });
    answer = await response.json();
    if (response.ok) return { ...answer, mode };
  }
  throw new Error(answer.error);
}

/** One emotion, drawn from the mood of this moment, between the last mood and the next. */
function emotionAt(seconds) {
  const position = seconds / MOOD_SECONDS;
  const drift = position % 1;
  const [from, to] = [
    MOODS[Math.floor(position) % MOODS.length],
    MOODS[Math.ceil(position) % MOODS.length],
  ];
  const mood = Math.random() < drift ? to : from;
  let left = Math.random() * Object.values(mood).reduce((sum, weight) => sum + weight);
  return Object.keys(mood).find((emotion) => (left -= mood[emotion]) < 0);
}

function addStudent({ code, mode }, started, own) {
  const socket = connect(server, code);
  socket.on("error", ({ message }) => console.error(`a student was told: ${message}`));
  socket.on("ended", () => process.exit());
  const student = new Student().enter(socket);
  const look = () => {
    const emotion = emotionAt((Date.now() - started) / 1000);
    student.look(Math.random() < 0.05 ? NO_FACE : looking(emotion));
  };
  socket.on("question", ({ question }) => {
    if (!question || Math.random() > ANSWERING) return;
    const answer = { to: question.id, value: pick(ANSWERS) };
    setTimeout(() => student.say("answer", answer), 1000 * THINKING_SECONDS * Math.random());
  });
  if (own) student.say(...own);
  if (mode === "camera") look();
  setInterval(() => {
    if (Math.random() < 0.02) student.say("pace", { value: pick(SAID) });
    if (mode === "camera" && Math.random() < LOOK_SECONDS / LABEL_SECONDS) look();
  }, LOOK_SECONDS * 1000);
}

function openBrowser(url) {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  if (opener === "xdg-open" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(opener, [url], { stdio: "ignore", detached: true }).on("error", () => {});
}

await untilItAnswers(`${server}/healthz`);
const opened = await openClass();
console.log(`\nThe teacher's page of a simulated class of ${STUDENTS}:\n  ${opened.room_url}`);
console.log(`Take part in it yourself:\n  ${opened.join_url}\nCtrl+C ends it.\n`);
openBrowser(opened.room_url);
const started = Date.now();
for (let student = 0; student < STUDENTS; student++) {
  addStudent(opened, started, OF_THEIR_OWN_ACCORD[student]);
  await wait(100);
}
