// A simulated student, on whatever connection: the benchmarks and the soak test differ in what their
// students do, and in how these are connected.
import { io } from "socket.io-client";
import { Said } from "../web/src/student/said.js";

export { LABEL_GAP_SECONDS, PACES } from "../web/src/shared/contract.js";

// Of the shipped model.
export const EMOTIONS = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"];

export const LABEL_SECONDS = 8; // for which a face looks the same, in the mean: our own guess
export const NO_FACE = { state: "no_face" };
export const looking = (emotion) => ({ state: "ok", emotion });
export const pick = (list, random = Math.random) => list[Math.floor(random() * list.length)];

/** A connection as a page has it, without what a page does when it is lost. */
export function connect(server, code) {
  return io(server, { auth: { role: "student", code }, transports: ["websocket"] });
}

/** Somebody in a class: says again what the server may not know, as our pages do. */
export class Student {
  seat; // from the last welcome, to take it again
  #socket;
  #label = null;
  #interval; // milliseconds after which an unchanged label is sent again
  #repeating; // the timer of that
  #said = new Said((event, message, answered) => this.#send(event, message, answered));

  /** @param socket with `connected`, `on` and `emit` as socket.io-client's have them */
  enter(socket) {
    this.#socket = socket;
    socket.on("welcome", ({ seat, interval, fade, cleared, question }) => {
      this.#said.ask(question);
      this.#said.welcome(fade, seat === this.seat, cleared);
      this.seat = seat;
      this.#interval = interval * 1000;
      if (this.#label) this.look(this.#label);
    });
    socket.on("cleared", ({ what }) => this.#said.clear(what));
    socket.on("question", ({ question }) => this.#said.ask(question));
    return this;
  }

  /** What the camera sees from now on. Pages wait two seconds between two of these. */
  look(label) {
    this.#label = label;
    clearTimeout(this.#repeating);
    if (!this.#interval) return; // nobody has let the student in yet
    this.#send("label", label);
    this.#repeating = setTimeout(() => this.look(label), this.#interval);
  }

  /** The pace, a hand that goes up or down, a name, or an answer to a question. */
  say(event, message) {
    this.#said.say(event, message);
  }

  get help() {
    return this.#said.help;
  }

  leave() {
    clearTimeout(this.#repeating);
  }

  #send(event, message, ...answered) {
    if (this.#socket?.connected) this.#socket.emit(event, message, ...answered);
  }
}
