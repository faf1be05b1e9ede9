/** What students say themselves: the pace, that they need help, and who they are if they want.
 *
 * @import { Help, Pace, StudentMessages } from "../shared/contract.js"
 */

import { find, findAll, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

export class OwnWords {
  #send;
  #paces; // the buttons: in the small window, the page's document does not find them
  /** @type {Pace | null} */
  #pace = null;
  #tapped = 0; // when, by the clock on the wall: a timer stands still while a laptop sleeps
  /** @type {number | null} */
  #life = null; // milliseconds for which a tap counts, from the server's welcome on
  #fading = 0; // the timer of its end
  /** @type {Help} */
  #help = { on: false };
  /** @type {string | null} */
  #shownAs = null; // the name, while the teacher sees it
  #name = find("name", HTMLInputElement);
  #offer = find("show").textContent; // what showing it means in this class

  /**
   * @param {<Event extends "pace" | "help" | "show">(
   *   event: Event, message: StudentMessages[Event]) => void} send to the class
   */
  constructor(send) {
    this.#send = send;
    this.#paces = findAll(document, "[data-pace]");
    for (const button of this.#paces) {
      const pace = /** @type {Pace} */ (button.dataset.pace);
      button.addEventListener("click", () => this.#sayPace(this.#pace === pace ? null : pace));
    }
    find("help").addEventListener("click", () => this.#sayHelp(!this.#help.on));
    find("show").addEventListener("click", () => this.#sayName(this.#shownAs === null));
    this.#name.addEventListener("change", () => this.#shownAs !== null && this.#sayName(true));
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
    const silent = this.#pace === null && !this.#help.on && this.#shownAs === null;
    if (silent && !known) return;
    this.#send("pace", { value: this.#pace });
    this.#send("help", this.#help);
    this.#send("show", { name: this.#shownAs });
  }

  /**
   * The teacher has taken in everybody's pace, or all raised hands.
   * @param {"pace" | "help"} what
   */
  clear(what) {
    if (what === "pace") this.#showPace(null);
    if (what === "help") this.#showHelp({ on: false });
  }

  /** @param {Pace | null} pace */
  #sayPace(pace) {
    this.#showPace(pace);
    this.#send("pace", { value: pace });
    this.#tapped = Date.now();
    this.#letPaceFade();
  }

  #letPaceFade() {
    clearTimeout(this.#fading);
    if (this.#pace === null || this.#life === null) return;
    const left = this.#tapped + this.#life - Date.now();
    if (left <= 0) this.#sayPace(null);
    else this.#fading = setTimeout(() => this.#letPaceFade(), left);
  }

  /** @param {Pace | null} pace */
  #showPace(pace) {
    this.#pace = pace;
    for (const button of this.#paces) {
      button.setAttribute("aria-pressed", String(button.dataset.pace === pace));
    }
  }

  /** @param {boolean} on */
  #sayHelp(on) {
    const name = this.#name.value.trim();
    this.#showHelp(on && name ? { on, name } : { on });
    this.#send("help", this.#help);
  }

  /** @param {Help} help */
  #showHelp(help) {
    this.#help = help;
    find("help").setAttribute("aria-pressed", String(help.on));
    setText("help", help.on ? gettext("My hand is up: lower it") : gettext("I need help"));
  }

  /** @param {boolean} on */
  #sayName(on) {
    const name = this.#name.value.trim();
    setText("name-trouble", on && !name ? gettext("Type your name first: the field above.") : "");
    if (on && !name) this.#name.focus();
    this.#shownAs = (on && name) || null;
    find("show").setAttribute("aria-pressed", String(this.#shownAs !== null));
    const shown = this.#shownAs !== null;
    setText("show", shown ? gettext("My name is shown: hide it") : this.#offer);
    setText("shown", shown ? gettext("Your teacher sees you by name: {name}", { name }) : "");
    this.#send("show", { name: this.#shownAs });
  }
}
