/** The student's page: consent, then the camera's labels and the student's own words. */

import { openClassSocket } from "./class-socket.js";
import { Camera, CameraError } from "./engine/camera.js";
import { Engine } from "./engine/engine.js";
import { Mood } from "./engine/mood.js";
import { Pacer } from "./engine/pacer.js";
import { EMOTION_WORDS } from "./labels.js";
import { find, memory, setText, showInstead } from "./page.js";

const code = document.body.dataset.code;
const seatKey = `classpulse.seat.${code}`;

/** Everything that this student takes part with; null until it is there. */
const state = {
  socket: null, sending: null, camera: null, engine: null, mood: null, label: null, pacer: null,
  over: false,
};
const words = { pace: null, help: { on: false } };

find("join-camera")?.addEventListener("click", () => enter(true));
find("join-words").addEventListener("click", () => enter(false));

function enter(withCamera) {
  showInstead("consent", "class");
  connect();
  if (withCamera) startCamera();
}

function connect() {
  const auth = { role: "student", code, seat: memory.get(seatKey) ?? undefined };
  const socket = openClassSocket(auth, { status: showStatus, refused: close });
  socket.on("welcome", ({ seat, interval, mode }) => {
    if (seat === auth.seat) {
      // Back in the same seat: say again what the server may have lost, or kept for too long.
      send("pace", { value: words.pace });
      send("help", words.help);
    }
    auth.seat = seat;
    memory.set(seatKey, seat);
    state.pacer = new Pacer(interval * 1000);
    if (mode !== "camera") ruleCameraOut();
  });
  socket.on("error", ({ message }) => showStatus(message));
  socket.on("ended", () => close("The class has ended. Thank you for taking part."));
  socket.on("disconnect", (reason) => {
    if (reason === "io server disconnect") close("You are in this class in another tab or window.");
  });
  state.socket = socket;
  state.sending = setInterval(sendLabel, 500);
}

function send(event, message) {
  if (!state.socket.connected) return;
  state.socket.emit(event, message);
  setText("last-sent", `${event} ${JSON.stringify(message)}`);
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
  setText("looks", "Starting the camera…");
  setText("trouble", "");
  try {
    const camera = await Camera.open(find("video"));
    if (state.over) return camera.close(); // left while the browser was still asking
    state.camera = camera;
    camera.onEnded(() => stopCamera("The camera was unplugged or taken away."));
    setText("pause", "Pause the camera");
    find("pause").disabled = false;
    state.engine ??= await Engine.load({
      workerUrl: new URL("worker.js", import.meta.url).href,
      modelUrl: new URL("../model", import.meta.url).href,
    });
    if (state.over) return state.engine.close();
    if (state.camera !== camera) return; // paused or unplugged while the models were loading
    state.mood = new Mood(state.engine.labels);
    state.engine.start(camera, showReading, () => {
      stopCamera("Reading your face failed. Your own words below still count.");
      state.engine.close(); // another try begins with a new worker
      state.engine = null;
    });
  } catch (error) {
    if (state.over) return;
    const trouble =
      error instanceof CameraError
        ? error.message
        : "The face model could not be loaded: the connection failed, or its files are damaged.";
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
  setText("looks", trouble ? "The camera is off" : "Paused: nothing is read");
  setText("trouble", trouble);
  setText("pause", trouble ? "Try the camera again" : "Go on with the camera");
  drawBox(null);
}

/** The operator has decided against cameras while this page was open. */
function ruleCameraOut() {
  if (find("camera").hidden) return;
  stopCamera("This class does without cameras now.");
  state.label = null;
  find("pause").hidden = true;
}

function showReading(reading) {
  state.label = state.mood.update(reading);
  const looks = {
    ok: `Your face looks ${EMOTION_WORDS[state.label.emotion]}`,
    unsure: "Hard to say how your face looks",
    no_face: "No face to be seen",
  };
  setText("looks", looks[state.label.state]);
  const several = `${reading.faces} faces are in the picture: the largest one counts.`;
  setText("trouble", reading.faces > 1 ? several : "");
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
  setText("help", on ? "My hand is up: lower it" : "I need help");
  send("help", words.help);
});

// The end

find("leave").addEventListener("click", () => {
  memory.remove(seatKey);
  close("You have left the class. Your camera is off and nothing is sent any more.");
});

function close(reason) {
  state.over = true;
  clearInterval(state.sending);
  state.socket.disconnect();
  state.camera?.close();
  state.camera = null;
  state.engine?.close();
  setText("over-reason", reason);
  showInstead("class", "over");
}

function showStatus(text) {
  setText("status", text);
}
