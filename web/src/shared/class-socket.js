/** The connection to a class: it comes back by itself, and has words for what goes wrong with it.
 *
 * @import { ServerMessages, StudentAuth, StudentMessages } from "./contract.js"
 * @import { TeacherAuth, TeacherMessages } from "./contract.js"
 *
 * @typedef {ServerMessages & {disconnect: string}} Heard
 *
 * @typedef {StudentAuth | TeacherAuth} Auth
 */

import { io } from "socket.io-client";

import { gettext } from "./texts.js";

const ANSWER_MILLISECONDS = 5000; // within which the server confirms what a teacher does
const REMARK_MILLISECONDS = 10_000; // for which something is said that only happened once
const SILENCE_MILLISECONDS = 35_000; // without the server's ping, after which nobody is there
const TRANSPORTS = ["websocket", "polling"];
const FAILURES = 10; // in a row, after which another network may be why a WebSocket does not work
const REFUSALS = 5; // after which the time between two tries grows no more

export class ClassSocket {
  #socket;
  #tell;
  #lost = ""; // what became of the connection; "" while there is one
  #trouble = ""; // at the server, of which it tells itself
  #remark = ""; // said for a moment
  #remarking = 0; // the timer of its end
  #trying = 0; // the timer of the next try, where that is ours to make
  #refusals = 0; // temporary ones, since the last connection
  #failures = 0; // tries without an answer, since then
  #heard = Date.now(); // from the server, by the clock on the wall: timers sleep with the machine
  #pages = new BroadcastChannel("classpulse.seat"); // of this browser, to which a seat belongs
  #closed = new AbortController();

  /**
   * @param {Auth} auth read anew at each connect
   * @param {{status: (text: string) => void, closed: (reason: string) => void}} tell `status` gets
   *   "" while all is well; `closed` is final
   */
  constructor(auth, tell) {
    this.#tell = tell;
    const socket = io({
      auth: (/** @type {(auth: Auth) => void} */ give) => give(auth),
      query: { class: auth.code }, // a balancer may keep a class together by it
      transports: TRANSPORTS,
      tryAllTransports: true,
      reconnectionDelay: 1000, // half more or less by chance: not all of a class at once
      reconnectionDelayMax: 5000,
    });
    this.#socket = socket;
    // What is sent while a server lets somebody in comes before "connect": trouble has to stay.
    socket.on("connect", () => this.#onConnect());
    socket.on("connect_error", (error) => this.#onFailure(error));
    socket.on("disconnect", (reason) => this.#onLoss(reason));
    this.on("error", ({ message }) => this.#say(gettext(message)));
    this.on("trouble", ({ message }) => {
      this.#trouble = message ? gettext(message) : "";
      this.#tellStatus();
    });
    this.on("restart", ({ within }) => {
      this.#lost = gettext("The server restarts. Reconnecting…");
      socket.disconnect();
      this.#tryIn(within * Math.random());
    });
    // A seat is for one page, the newest: told from page to page, which works offline as well.
    socket.once("welcome", ({ seat }) => this.#pages.postMessage(seat));
    this.#pages.onmessage = ({ data }) => {
      if ("seat" in auth && data === auth.seat)
        this.#end(gettext("You are in this class in another tab or window."));
    };
    socket.io.on("ping", () => this.#hear());
    socket.onAny(() => this.#hear());
    this.#listen();
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
   */
  send(event, message) {
    if (this.connected) this.#socket.emit(event, message);
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
      await this.#socket.timeout(ANSWER_MILLISECONDS).emitWithAck(event, message);
      return true;
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
    this.#pages.close();
    this.#socket.disconnect();
  }

  #listen() {
    const { signal } = this.#closed;
    window.addEventListener("online", () => this.#wake(), { signal });
    window.addEventListener("offline", () => this.#tellStatus(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#wake(), { signal });
    const seen = () => document.visibilityState === "visible" && this.#wake();
    document.addEventListener("visibilitychange", seen, { signal });
  }

  #hear() {
    this.#heard = Date.now();
  }

  #onConnect() {
    this.#hear();
    this.#lost = "";
    this.#refusals = 0;
    this.#failures = 0;
    // Where a WebSocket works, a server that is about to come back must not find us polling.
    const { name } = this.#socket.io.engine.transport;
    if (name === "websocket") this.#socket.io.opts.transports = ["websocket"];
    this.#tellStatus();
  }

  /** @param {Error & {data?: {retry?: boolean}}} error */
  #onFailure(error) {
    if (this.#socket.active) {
      this.#lost ||= gettext("No connection to the class. Trying again…");
      this.#failures += 1;
      if (this.#failures === FAILURES) this.#socket.io.opts.transports = TRANSPORTS;
    } else if (error.data?.retry) {
      this.#lost = `${gettext(error.message)} ${gettext("This page does so by itself.")}`;
      this.#refusals = Math.min(this.#refusals + 1, REFUSALS);
      this.#tryIn(this.#refusals * (1 + 2 * Math.random()));
    } else {
      this.#end(gettext(error.message));
    }
    this.#tellStatus();
  }

  /** @param {string} reason */
  #onLoss(reason) {
    this.#trouble = ""; // the next connection tells if there still is one
    this.#lost ||= gettext("The connection was lost. Trying again…");
    if (reason === "io server disconnect") this.#tryIn(1 + 2 * Math.random()); // nobody else does
    this.#tellStatus();
  }

  /** Reconnect at once if a retry is due later, or if the connection died while the machine slept. */
  #wake() {
    const alive = this.connected && Date.now() - this.#heard < SILENCE_MILLISECONDS;
    if (!alive) {
      this.#socket.disconnect();
      this.#tryIn(0);
    }
    this.#tellStatus();
  }

  /** @param {number} seconds */
  #tryIn(seconds) {
    clearTimeout(this.#trying);
    this.#trying = setTimeout(() => this.#socket.connect(), seconds * 1000);
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

  /** @param {string} reason */
  #end(reason) {
    this.close();
    this.#tell.closed(reason);
  }
}
