/** The student's page: consent, then the camera's labels and the student's own words.
 *
 * @import { Label, StudentAuth, StudentMessages } from "../shared/contract.js"
 * @import { Refusal } from "../shared/class-socket.js"
 */

import { CameraCard } from "../student/camera-card.js";
import { ClassSocket } from "../shared/class-socket.js";
import { MessagePacer } from "../engine/message-pacer.js";
import { OwnWords } from "../student/own-words.js";
import { Posts } from "../student/posts.js";
import { Recap } from "../student/recap.js";
import { find, findAll, findIn, memory, pageData, setText, showInstead } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { SmallWindow } from "../shared/small-window.js";

const code = pageData("code");
const seatKey = `classpulse.seat.${code}`;
// What students tap and have to see in front of the call, in the order in which it stands there.
const SMALL_PARTS = [
  ...["question", "status", "shown", "paces", "help", "said"],
  ...["camera-state", "looks", "trouble"],
];
const SMALL_SIZE = { width: 320, height: 400 };
const CHECK_MILLISECONDS = 500; // for the label of a paused camera, which no look brings

/** @type {ClassSocket | null} */
let socket = null;
/** @type {MessagePacer | null} */
let pacer = null; // from the server's welcome on
/** @type {Label | null} */
let label = null; // the newest, null without a camera
let checking = 0;
const recap = new Recap(code);
const words = new OwnWords(send, recap);
const posts = document.body.dataset.qna ? new Posts(send) : null;
const small = new SmallWindow({
  parts: SMALL_PARTS,
  size: SMALL_SIZE,
  away: gettext("Your answers are in the small window until you close it."),
});
const card = new CameraCard((newest) => {
  label = newest;
  sendLabel(); // at once: a page in the background has timers that sleep
});

for (const button of findAll(find("consent"), "button", HTMLButtonElement)) {
  button.addEventListener("click", () => enter(button.id === "join-camera"));
  button.disabled = false; // until now, nobody would have heard the click
}

/** @param {boolean} withCamera */
function enter(withCamera) {
  if (withCamera) card.start(); // first of all, because the models take the longest
  showInstead("consent", "class");
  connect();
  // Others are sent by the look that brings them, or never: a moment later they would be old.
  checking = setInterval(() => label?.state === "paused" && sendLabel(), CHECK_MILLISECONDS);
  if (!withCamera) find("camera-offer").hidden = document.body.dataset.mode !== "camera";
}

function connect() {
  /** @type {StudentAuth} */
  const auth = { role: "student", code, seat: memory.get(seatKey) ?? undefined };
  socket = new ClassSocket(auth, { status: showStatus, closed: close });
  socket.on("welcome", ({ seat, interval, mode, fade, cleared, question }) => {
    setText("in-class", gettext("You are in the class"));
    words.ask(question ?? null); // earlier releases do not tell
    words.welcome(fade, seat === auth.seat, cleared);
    posts?.welcome();
    auth.seat = seat;
    memory.set(seatKey, seat);
    pacer = new MessagePacer(interval * 1000);
    if (mode !== "camera") ruleCameraOut(); // since this page was opened
  });
  socket.on("cleared", ({ what }) => words.clear(what));
  socket.on("question", ({ question }) => words.ask(question));
  socket.on("posts", (told) => posts?.take(told.posts));
  socket.on("disconnect", () => posts?.lose());
  socket.on("notes", (told) => recap.takeNotes(told));
  socket.on("ended", () => close(gettext("The class has ended. Thank you for taking part.")));
}

/**
 * @template {keyof StudentMessages} Event
 * @param {Event} event
 * @param {StudentMessages[Event]} message
 * @param {(refusal?: Refusal) => void} [answered]
 * @returns {boolean} whether there is a connection
 */
function send(event, message, answered) {
  if (!socket?.connected) return false; // what still counts is said again after the next welcome
  socket.send(event, message, answered);
  setText("last-sent", `${event} ${JSON.stringify(message)}`);
  return true;
}

function sendLabel() {
  if (!label || !pacer || !socket?.connected) return;
  if (pacer.due(label, performance.now())) send("label", label);
}

// With or without the camera

find("use-camera").addEventListener("click", () => {
  showInstead("camera-offer", "camera");
  card.start();
});
find("no-camera").addEventListener("click", () => {
  card.hide();
  showInstead("camera", "camera-offer");
});

findIn(find("own-window"), "a").addEventListener("click", () => {
  close(gettext("You are in this class in another tab or window."), true);
});

function ruleCameraOut() {
  document.body.dataset.mode = "self-report";
  const offer = find("camera-offer");
  if (offer.contains(document.activeElement)) find("in-class").focus();
  offer.hidden = true;
  if (!find("camera").hidden) card.ruleOut();
}

// The end

if (!find("over").hidden) recap.show(); // it was over when this page was opened

find("leave").addEventListener("click", () => {
  memory.remove(seatKey);
  close(gettext("You have left the class. Your camera is off and nothing is sent any more."), true);
});

/**
 * @param {string} reason
 * @param {boolean} [goesOn] whether there is a class to come back to
 */
function close(reason, goesOn = false) {
  clearInterval(checking);
  socket?.close();
  card.close();
  small.close();
  setText("over-reason", reason);
  find("return").hidden = !goesOn;
  for (const link of findAll(find("over"), ".next-lesson")) link.hidden = goesOn;
  recap.show();
  showInstead("class", "over");
}

/** @param {string} text */
function showStatus(text) {
  const later = text && !socket?.connected ? gettext("What you tap now is sent later.") : "";
  setText("status", [text, later].filter(Boolean).join(" "));
}
