/** What a student has said and still stands: said again whenever the server may not know it. No page.
 *
 * @import { Clearable, StudentMessages } from "../shared/contract.js"
 *
 * @typedef {"pace" | "help" | "show"} Kind
 */

export class Said {
  #send;
  #changed;
  /** @type {Pick<StudentMessages, Kind>} */
  #words = { pace: { value: null }, help: { on: false }, show: { name: null } };
  #tapped = 0; // when the pace was, by the clock on the wall: a timer stands still while a laptop sleeps
  /** @type {number | null} */
  #life = null; // milliseconds for which it counts, from the server's welcome on
  #fading = 0; // the timer of its end

  /**
   * @param {<Event extends Kind>(event: Event, message: StudentMessages[Event]) => void} send
   *   to the class; what is sent without a connection may be lost
   * @param {() => void} changed
   */
  constructor(send, changed = () => {}) {
    this.#send = send;
    this.#changed = changed;
  }

  get pace() {
    return this.#words.pace.value;
  }

  get help() {
    return this.#words.help.on;
  }

  /** The name, while the teacher sees it. */
  get name() {
    return this.#words.show.name;
  }

  /**
   * @template {Kind} Event
   * @param {Event} event
   * @param {StudentMessages[Event]} message
   */
  say(event, message) {
    this.#set(event, message);
    this.#send(event, message);
    if (event !== "pace") return;
    this.#tapped = Date.now();
    this.#letPaceFade();
  }

  /**
   * The server has let the student in, perhaps again.
   *
   * @param {number} fade seconds for which a tapped pace counts
   * @param {boolean} known whether it may remember what this seat said before
   */
  welcome(fade, known) {
    this.#life = fade * 1000;
    this.#letPaceFade(); // first: what is repeated counts from anew
    const silent = this.pace === null && !this.help && this.name === null;
    if (silent && !known) return;
    this.#send("pace", this.#words.pace);
    this.#send("help", this.#words.help);
    this.#send("show", this.#words.show);
  }

  /**
   * The teacher has taken in everybody's pace, or all raised hands.
   * @param {Clearable} what
   */
  clear(what) {
    if (what === "pace") this.#set("pace", { value: null });
    if (what === "help") this.#set("help", { on: false });
  }

  /**
   * @template {Kind} Event
   * @param {Event} event
   * @param {StudentMessages[Event]} message
   */
  #set(event, message) {
    this.#words[event] = message;
    this.#changed();
  }

  #letPaceFade() {
    clearTimeout(this.#fading);
    if (this.pace === null || this.#life === null) return;
    const left = this.#tapped + this.#life - Date.now();
    if (left <= 0) this.say("pace", { value: null });
    else this.#fading = setTimeout(() => this.#letPaceFade(), left);
  }
}
