/** The student's page: consent, then the camera's labels and the student's own words. */

import { openClassSocket } from "./class-socket.js";
import { Camera, CameraError } from "./engine/camera.js";
import { Engine } from "./engine/engine.js";
import { Mood } from "./engine/mood.js";
import { Pacer } from "./engine/pacer.js";
import { EMOTION_WORDS } from "./labels.js";

const code = document.body.dataset.code;
const seatKey = `classpulse.seat.${code}`;
const find = (id) => document.getElementById(id);

/** Everything that this student takes part with; null or empty until it is there. */
const state = {
  socket: null, camera: null, engine: null, mood: null, label: null, pacer: null, over: false,
};
const words = { pace: null, help: { on: false } };

find("join-camera")?.addEventListener("click", () => enter(true));
find("join-words").addEventListener("click", () => enter(false));

function enter(withCamera) {
  find("consent").hidden = true;
  find("class").hidden = false;
  connect();
  if (withCamera) startCamera();
}

function connect() {
  const auth = { role: "student", code, seat: localStorage.getItem(seatKey) ?? undefined };
  const socket = openClassSocket(auth, { status: showStatus, refused: (reason) => close(reason) });
  socket.on("welcome", ({ seat, interval }) => {
    auth.seat = seat;
    localStorage.setItem(seatKey, seat);
    state.pacer = new Pacer(interval * 1000);
    // After a reconnect the server may know nothing of this seat any more: say it all again.
    if (words.pace !== null) send("pace", { value: words.pace });
    if (words.help.on) send("help", words.help);
  });
  socket.on("error", ({ message }) => showStatus(message));
  socket.on("ended", () => close("The class has ended. Thank you for taking part."));
  socket.on("disconnect", (reason) => {
    if (reason === "io server disconnect") close("You are in this class in another tab or window.");
  });
  state.socket = socket;
  setInterval(sendLabel, 500);
}

function send(event, message) {
  if (!state.socket.connected) return;
  state.socket.emit(event, message);
  find("last-sent").textContent = `${event} ${JSON.stringify(message)}`;
}

function sendLabel() {
  const ready = state.label && state.pacer && state.socket.connected;
  if (ready && state.pacer.due(state.label, performance.now())) send("label", state.label);
}

// The camera

find("pause").addEventListener("click", () => (state.camera ? stopCamera("") : startCamera()));

async function startCamera() {
  find("camera").hidden = false;
  find("pause").disabled = true;
  find("looks").textContent = "Starting the camera…";
  find("trouble").textContent = "";
  try {
    const camera = await Camera.open(find("video"));
    if (state.over) return camera.close(); // left while the browser was still asking
    state.camera = camera;
    camera.onEnded(() => stopCamera("The camera was unplugged or taken away."));
    state.engine ??= await Engine.load({
      workerUrl: new URL("worker.js", import.meta.url).href,
      modelUrl: new URL("../model", import.meta.url).href,
    });
    if (state.over) return state.engine.close();
    if (state.camera !== camera) return; // unplugged while the models were loading
    state.mood = new Mood(state.engine.labels);
    state.engine.start(camera, showReading, () => {
      stopCamera("Reading your face failed. Your own words below still count.");
      state.engine.close(); // another try begins with a new worker
      state.engine = null;
    });
    find("pause").textContent = "Pause the camera";
  } catch (error) {
    const trouble =
      error instanceof CameraError
        ? error.message
        : "The face model could not be loaded: it is missing or damaged on this server.";
    stopCamera(`${trouble} You can still take part with your own words below.`);
  } finally {
    find("pause").disabled = false;
  }
}

/** The camera's light goes out, and the teacher's counts learn that nothing is read. */
function stopCamera(trouble) {
  state.engine?.stop();
  state.camera?.close();
  state.camera = null;
  state.label = { state: "paused" };
  find("looks").textContent = trouble ? "The camera is off" : "Paused: nothing is read";
  find("trouble").textContent = trouble;
  find("pause").textContent = trouble ? "Try the camera again" : "Go on with the camera";
  drawBox(null);
}

function showReading(reading) {
  state.label = state.mood.update(reading);
  find("looks").textContent = {
    ok: `Your face looks ${EMOTION_WORDS[state.label.emotion]}`,
    unsure: "Hard to say how your face looks",
    no_face: "No face to be seen",
  }[state.label.state];
  find("trouble").textContent =
    reading.faces > 1 ? `${reading.faces} faces are in the picture: the largest one counts.` : "";
  drawBox(reading.box);
}

function drawBox(box) {
  const canvas = find("box");
  const video = find("video");
  canvas.width = video.videoWidth || 4;
  canvas.height = video.videoHeight || 3;
  if (box === null) return;
  const context = canvas.getContext("2d");
  const [xmin, ymin, xmax, ymax] = box;
  context.lineWidth = canvas.width / 160;
  context.strokeStyle = "#ffd23f";
  context.strokeRect(xmin, ymin, xmax - xmin, ymax - ymin);
}

// The student's own words

for (const button of document.querySelectorAll("[data-pace]")) {
  button.addEventListener("click", () => {
    words.pace = words.pace === button.dataset.pace ? null : button.dataset.pace;
    for (const other of document.querySelectorAll("[data-pace]")) {
      other.setAttribute("aria-pressed", String(other.dataset.pace === words.pace));
    }
    send("pace", { value: words.pace });
  });
}

find("help").addEventListener("click", () => {
  const on = !words.help.on;
  const name = find("help-name").value.trim();
  words.help = on && name ? { on, name } : { on };
  find("help").setAttribute("aria-pressed", String(on));
  find("help").textContent = on ? "My hand is up: lower it" : "I need help";
  send("help", words.help);
});

// The end

find("leave").addEventListener("click", () => {
  localStorage.removeItem(seatKey);
  close("You have left the class. Your camera is off and nothing is sent any more.");
});

function close(reason) {
  state.over = true;
  state.socket.disconnect();
  state.camera?.close();
  state.camera = null;
  state.engine?.close();
  find("class").hidden = true;
  find("over").hidden = false;
  find("over-reason").textContent = reason;
}

function showStatus(text) {
  find("status").textContent = text;
}
