/** The connection to a class: it comes back by itself, and has words for what goes wrong with it.
 *
 * @import { ServerMessages, StudentAuth, StudentMessages } from "./contract.js"
 * @import { TeacherAuth, TeacherMessages } from "./contract.js"
 *
 * @typedef {ServerMessages & {disconnect: string}} Heard
 *
 * @typedef {StudentAuth | TeacherAuth} Auth
 *
 * @typedef {ServerMessages["error"]} Refusal
 */

import { io } from "socket.io-client";

import { attempt, tabMemory } from "./page.js";
import { gettext } from "./texts.js";

const ANSWER_MILLISECONDS = 5000; // within which the server confirms what a teacher does
const REMARK_MILLISECONDS = 10_000; // for which something is said that only happened once
const SILENCE_MILLISECONDS = 35_000; // without the server's ping, after which nobody is there
// Milliseconds within which a transport has to open, at the first try: some networks take in a
// WebSocket and never answer. What may be slow instead has longer by polling, and at each other try.
const OPENING_MILLISECONDS = { websocket: 4000, polling: 15_000 };
const WELCOME_MILLISECONDS = 6000; // from then on: more than a server waits for its database
const LONGEST_MILLISECONDS = 20_000; // for either, however often it was tried
const HEALTH_MILLISECONDS = 6000; // within which a server that works says so, on a slow network, too
const RETRIES = 5; // after which the time between two tries grows no more
const REMEMBERED = "classpulse.transport"; // where polling worked and a WebSocket did not

export class ClassSocket {
  #socket;
  #tell;
  #lost = ""; // what became of the connection; "" while there is one
  #trouble = ""; // at the server, of which it tells itself
  #remark = ""; // said for a moment
  #remarking = 0; // the timer of its end
  #transport = remembered(); // with which is tried next
  #trying = 0; // the timer of the next try
  #limit = 0; // the timer of the end of a try, 0 while there is none
  #retries = 0; // since the last connection
  #heard = Date.now(); // from the server, by the clock on the wall: timers sleep with the machine
  // Of this browser, to which a seat belongs; null where it keeps nothing, nor any seat.
  #pages = attempt(() => new BroadcastChannel("classpulse.seat"));
  #closed = new AbortController();

  /**
   * @param {Auth} auth read anew at each connect
   * @param {{status: (text: string) => void, closed: (reason: string, goesOn: boolean) => void}} tell
   *   `status` gets "" while all is well; `closed` is final, also where the class itself goes on
   */
  constructor(auth, tell) {
    this.#tell = tell;
    const socket = io({
      auth: (/** @type {(auth: Auth) => void} */ give) => give(auth),
      // A balancer may keep a class together by its code. What a teacher gets is long.
      query: { class: auth.code, ...(auth.role === "teacher" && { compress: 1 }) },
      autoConnect: false,
      reconnection: false, // how and when to try again is decided below
    });
    this.#socket = socket;
    // The transport is open, and the server lets us in, or says why not.
    socket.io.on("open", () => this.#limitTo(WELCOME_MILLISECONDS));
    // What is sent while a server lets somebody in comes before "connect": trouble has to stay.
    socket.on("connect", () => this.#onConnect());
    socket.on("connect_error", (error) => this.#onFailure(error));
    socket.on("disconnect", (reason) => this.#onLoss(reason));
    // Whoever teaches reads it on top; a student beside the button, once `send` is answered.
    if (auth.role === "teacher") this.on("error", ({ message }) => this.#say(gettext(message)));
    this.on("trouble", ({ message }) => {
      this.#trouble = message ? gettext(message) : "";
      this.#tellStatus();
    });
    this.on("restart", ({ within }) => {
      this.#lost = gettext("The server restarts. Reconnecting…");
      this.#tryIn(within * Math.random());
    });
    // A seat is for one page, the newest: told from page to page, which works offline as well.
    socket.once("welcome", ({ seat }) => this.#pages?.postMessage(seat));
    this.#pages?.addEventListener("message", ({ data }) => {
      if ("seat" in auth && data === auth.seat) {
        this.#end(gettext("You are in this class in another tab or window."), true);
      }
    });
    socket.io.on("ping", () => this.#hear());
    socket.onAny(() => this.#hear());
    this.#listen();
    this.#try();
  }

  get connected() {
    return this.#socket.connected;
  }

  /**
   * @template {keyof Heard} Event
   * @param {Event} event
   * @param {(message: Heard[Event], acknowledge?: () => void) => void} handler acknowledge: where
   *   the server asks for it
   */
  on(event, handler) {
    this.#socket.on(/** @type {string} */ (event), handler);
  }

  /**
   * Send what may get lost; without a connection it is, and nothing waits for the next one.
   * @template {keyof StudentMessages} Event
   * @param {Event} event
   * @param {StudentMessages[Event]} message
   * @param {(refusal?: Refusal) => void} [answered] called once the server has it, if it ever is
   */
  send(event, message, answered) {
    if (this.connected) this.#socket.emit(event, message, ...(answered ? [answered] : []));
  }

  /**
   * Send what must not get lost unnoticed. Resolves to whether the server has it.
   * @template {keyof TeacherMessages} Event
   * @param {Event} event
   * @param {TeacherMessages[Event]} message
   */
  async ask(event, message) {
    try {
      if (!this.connected) throw new Error("no connection");
      /** @type {Refusal | undefined} */
      const refusal = await this.#socket.timeout(ANSWER_MILLISECONDS).emitWithAck(event, message);
      if (refusal) this.#say(gettext(refusal.message));
      return !refusal;
    } catch {
      this.#say(gettext("The server did not answer: what you did last may not have counted."));
      return false;
    }
  }

  /** Connect anew, with what `auth` says by now. */
  reconnect() {
    this.#socket.disconnect();
    this.#tryIn(0);
  }

  close() {
    this.#closed.abort();
    clearTimeout(this.#remarking);
    clearTimeout(this.#trying);
    this.#endTry();
    this.#pages?.close();
    this.#socket.disconnect();
  }

  #listen() {
    const { signal } = this.#closed;
    const changeNetwork = () => {
      this.#transport = "websocket"; // which may work in this one
      this.#wake();
    };
    window.addEventListener("online", changeNetwork, { signal });
    window.addEventListener("offline", () => this.#tellStatus(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#wake(), { signal });
    const seen = () => document.visibilityState === "visible" && this.#wake();
    document.addEventListener("visibilitychange", seen, { signal });
  }

  #hear() {
    this.#heard = Date.now();
  }

  #onConnect() {
    this.#endTry();
    this.#hear();
    this.#lost = "";
    this.#retries = 0;
    tabMemory.set(REMEMBERED, this.#transport);
    this.#tellStatus();
  }

  /** @param {Error & {data?: {retry?: boolean}}} error */
  #onFailure(error) {
    if (this.#socket.active) {
      this.#fail();
    } else if (error.data?.retry) {
      this.#endTry();
      this.#lost = `${gettext(error.message)} ${gettext("This page does so by itself.")}`;
      this.#retry(2);
    } else {
      this.#end(gettext(error.message));
    }
    this.#tellStatus();
  }

  /** @param {string} reason */
  #onLoss(reason) {
    if (this.#limit) return this.#fail(); // it was never there
    this.#trouble = ""; // the next connection tells if there still is one
    this.#lost ||= gettext("The connection was lost. Trying again…");
    if (reason !== "io client disconnect") this.#retry(1);
    this.#tellStatus();
  }

  /** Reconnect at once if a retry is due later, or if the connection died while the machine slept. */
  #wake() {
    const alive = this.connected && Date.now() - this.#heard < SILENCE_MILLISECONDS;
    if (!alive) this.#tryIn(0);
    this.#tellStatus();
  }

  /**
   * Each time a little later, and by chance: not all of a class at once.
   * @param {number} slowly how much slower than after the loss of a connection
   */
  #retry(slowly) {
    this.#retries = Math.min(this.#retries + 1, RETRIES);
    this.#tryIn(this.#retries * slowly * (0.5 + Math.random()));
  }

  /** @param {number} seconds */
  #tryIn(seconds) {
    if (this.#closed.signal.aborted) return;
    this.#endTry();
    this.#socket.disconnect(); // from what may still be under way
    clearTimeout(this.#trying);
    this.#trying = setTimeout(() => this.#try(), seconds * 1000);
  }

  #try() {
    this.#socket.io.opts.transports = [this.#transport];
    this.#limitTo(OPENING_MILLISECONDS[this.#transport]);
    this.#socket.connect();
  }

  /** @param {number} milliseconds */
  #limitTo(milliseconds) {
    this.#endTry();
    const within = Math.min(milliseconds * (1 + this.#retries), LONGEST_MILLISECONDS);
    this.#limit = setTimeout(() => this.#fail(), within);
  }

  #endTry() {
    clearTimeout(this.#limit);
    this.#limit = 0;
  }

  /** A try came to nothing: try again, by polling where the server works and a WebSocket does not. */
  async #fail() {
    this.#lost ||= gettext("No connection to the class. Trying again…");
    this.#retry(1);
    this.#tellStatus();
    const failed = this.#transport;
    this.#transport = "websocket";
    if (failed === "websocket" && (await serverWorks()) && !this.connected) {
      this.#transport = "polling";
      this.#tryIn(0);
    }
  }

  /** @param {string} remark */
  #say(remark) {
    this.#remark = remark;
    clearTimeout(this.#remarking);
    this.#remarking = setTimeout(() => {
      this.#remark = "";
      this.#tellStatus();
    }, REMARK_MILLISECONDS);
    this.#tellStatus();
  }

  #tellStatus() {
    if (this.#closed.signal.aborted) return;
    const offline = gettext("This device is offline. Trying again when it is not…");
    const lost = this.#lost && !navigator.onLine ? offline : this.#lost;
    this.#tell.status([this.#remark, lost || this.#trouble].filter(Boolean).join(" "));
  }

  /**
   * @param {string} reason
   * @param {boolean} [goesOn]
   */
  #end(reason, goesOn = false) {
    this.close();
    this.#tell.closed(reason, goesOn);
  }
}

/** What worked last in this tab. @returns {keyof typeof OPENING_MILLISECONDS} */
function remembered() {
  return tabMemory.get(REMEMBERED) === "polling" ? "polling" : "websocket";
}

/** Whether a server that works answers to what is no WebSocket; a proxy may refuse this address. */
async function serverWorks() {
  const signal = AbortSignal.timeout(HEALTH_MILLISECONDS);
  try {
    const url = new URL("/healthz", location.href);
    return (await fetch(url, { cache: "no-store", signal })).status < 500;
  } catch {
    return false;
  }
}
