/** What a student has said and still stands: said again whenever the server may not know it. No page.
 *
 * @import { Clearable, OpenQuestion } from "../shared/contract.js"
 * @import { ServerMessages, StudentMessages } from "../shared/contract.js"
 * @import { Refusal } from "../shared/class-socket.js"
 *
 * @typedef {"pace" | "help" | "show" | "answer"} Kind
 */

/**
 * @template {Kind} Event
 * @typedef {object} Word
 * @property {StudentMessages[Event]} message
 * @property {number} at when it was tapped, in milliseconds by the clock on the wall: a timer stands
 *   still while a laptop sleeps
 */

/** @type {{[Event in Kind]: Word<Event>}} */
const SILENCE = {
  pace: { message: { value: null }, at: 0 },
  help: { message: { on: false }, at: 0 },
  show: { message: { name: null }, at: 0 },
  answer: { message: { to: "", value: null }, at: 0 },
};
/** @type {Clearable[]} */
const CLEARABLE = ["pace", "help"];
// After which the clock on the wall is looked at again: a machine that wakes up shows no old question.
const LOOK_MILLISECONDS = 1000;

export class Said {
  #send;
  #tell;
  #silence = { ...SILENCE }; // the answer's is to the question that is open
  #words = { ...SILENCE };
  /** @type {{[Event in Kind]?: Word<Event>}} */
  #taken = {}; // what the server has taken in on this connection
  /** @type {{[Event in Kind]?: Word<Event>}} */
  #waiting = {}; // what it has not answered yet
  #welcomed = 0; // when this connection began, as in Word
  /** @type {number | null} */
  #life = null; // milliseconds for which a pace counts, from the server's welcome on
  #fading = 0; // the timer of its end
  /** @type {OpenQuestion | null} */
  #question = null;
  #until = 0; // when it closes, as in Word
  #closing = 0; // the timer of that

  /**
   * @param {<Event extends Kind>(
   *   event: Event, message: StudentMessages[Event], answered: (refusal?: Refusal) => void
   * ) => void} send to the class; what is sent without a connection may be lost
   * @param {object} tell
   * @param {() => void} [tell.changed]
   * @param {(what: Clearable[]) => void} [tell.seen] the teacher has taken down what was up
   * @param {(why: string, event: Kind, message: StudentMessages[Kind]) => void} [tell.refused] what
   *   was tapped does not stand
   * @param {(question: OpenQuestion | null, counted: boolean) => void} [tell.asked] another question
   *   is open, or none; `counted` is whether the server has taken in the answer to the last one
   */
  constructor(send, tell = {}) {
    this.#send = send;
    this.#tell = tell;
  }

  get pace() {
    return this.#words.pace.message.value;
  }

  get help() {
    return this.#words.help.message.on;
  }

  /** The name, while the teacher sees it. */
  get name() {
    return this.#words.show.message.name;
  }

  /** What the teacher asks the class, while it can be answered. */
  get question() {
    return this.#question;
  }

  get answer() {
    return this.#words.answer.message.value;
  }

  /**
   * @template {Kind} Event
   * @param {Event} event
   * @param {StudentMessages[Event]} message
   */
  say(event, message) {
    this.#put(event, { message, at: Date.now() });
    this.#deliver(event);
  }

  /**
   * The teacher asks the class something. An answer stands for as long as its question is open.
   *
   * @param {OpenQuestion | null} question perhaps the one that is known; null where none is open
   */
  ask(question) {
    const isKnown = question?.id === this.#question?.id;
    this.#question = question;
    this.#until = Date.now() + 1000 * (question?.seconds ?? 0);
    if (!isKnown) {
      const counted = this.answer !== null && this.#taken.answer === this.#words.answer;
      this.#silence.answer = { message: { to: question?.id ?? "", value: null }, at: 0 };
      delete this.#taken.answer;
      delete this.#waiting.answer;
      this.#put("answer", this.#silence.answer);
      this.#tell.asked?.(question, counted);
    }
    this.#letQuestionClose();
  }

  /**
   * The server has let the student in, perhaps again, and `ask` has heard what is asked by now.
   *
   * @param {number} fade seconds for which a tapped pace counts
   * @param {boolean} known whether it may remember what this seat said before
   * @param {ServerMessages["welcome"]["cleared"]} [cleared] how many seconds ago a teacher took down
   *   what students said; earlier releases do not tell
   */
  welcome(fade, known, cleared) {
    this.#life = fade * 1000;
    this.#welcomed = Date.now();
    this.#taken = {};
    this.#waiting = {};
    this.#letPaceFade(); // first: what is repeated counts from anew
    this.#takeDown(CLEARABLE.filter((what) => this.#words[what].at <= timeOf(cleared?.[what])));
    const silent = !this.pace && !this.help && this.name === null && !this.answer;
    if (silent && !known) return;
    this.#deliver("pace");
    this.#deliver("help");
    this.#deliver("show");
    if (this.#question) this.#deliver("answer");
  }

  /**
   * The teacher has taken in everybody's pace, or all raised hands.
   * @param {Clearable} what
   */
  clear(what) {
    const waiting = this.#waiting[what];
    this.#setTaken(what, this.#silence[what]);
    if (waiting && waiting.at > this.#welcomed) return; // reaches the server later, and stands
    this.#takeDown([what]);
    if (waiting && waiting !== this.#words[what]) this.#deliver(what); // it was said again: no more
  }

  /** @param {Clearable[]} whats */
  #takeDown(whats) {
    const up = whats.filter((what) => (what === "pace" ? this.pace !== null : this.help));
    for (const what of up) this.#put(what, this.#silence[what]);
    if (up.length > 0) this.#tell.seen?.(up);
  }

  /** @param {Kind} event */
  #deliver(event) {
    const word = this.#words[event];
    Object.assign(this.#waiting, { [event]: word });
    this.#send(event, word.message, (refusal) => this.#settle(event, word, refusal));
  }

  /**
   * @param {Kind} event
   * @param {Word<Kind>} word
   * @param {Refusal} [refusal]
   */
  #settle(event, word, refusal) {
    const { message } = word;
    if ("to" in message && message.to !== this.#question?.id) return; // nobody asks that any more
    if (!refusal) this.#setTaken(event, word);
    const isNewest = this.#waiting[event] === word;
    if (isNewest) delete this.#waiting[event];
    if (!refusal) return;
    if (isNewest) this.#fallBack(event);
    this.#tell.refused?.(refusal.message, event, message);
  }

  /** @param {Kind} event */
  #fallBack(event) {
    const refused = this.#words[event];
    const taken = this.#taken[event];
    this.#put(event, taken ?? this.#silence[event]);
    // From before this connection the server may remember something else.
    if (!taken && refused !== this.#silence[event]) this.#deliver(event);
  }

  /**
   * @param {Kind} event
   * @param {Word<Kind>} word
   */
  #setTaken(event, word) {
    Object.assign(this.#taken, { [event]: word });
  }

  /**
   * @param {Kind} event
   * @param {Word<Kind>} word
   */
  #put(event, word) {
    Object.assign(this.#words, { [event]: word });
    this.#tell.changed?.();
    if (event === "pace") this.#letPaceFade();
  }

  #letPaceFade() {
    clearTimeout(this.#fading);
    if (this.pace === null || this.#life === null) return;
    const left = this.#words.pace.at + this.#life - Date.now();
    if (left <= 0) this.say("pace", this.#silence.pace.message);
    else this.#fading = setTimeout(() => this.#letPaceFade(), left);
  }

  #letQuestionClose() {
    clearTimeout(this.#closing);
    if (!this.#question) return;
    const left = this.#until - Date.now();
    const within = Math.min(left, LOOK_MILLISECONDS);
    if (left <= 0) this.ask(null);
    else this.#closing = setTimeout(() => this.#letQuestionClose(), within);
  }
}

/**
 * When something was, in milliseconds; long ago if it never was.
 * @param {number | null} [secondsAgo]
 */
const timeOf = (secondsAgo) => Date.now() - 1000 * (secondsAgo ?? Infinity);
