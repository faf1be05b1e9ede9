/** What students say themselves: the pace, that they need help, and who they are if they want.
 *
 * @import { Clearable, Pace, StudentMessages } from "../shared/contract.js"
 * @import { Recap } from "./recap.js"
 * @import { Kind } from "./said.js"
 */

import { find, findAll, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { Said } from "./said.js";

/** @type {Record<Clearable, string>} */
const SEEN = {
  pace: gettext("Your teacher has seen your answer."),
  help: gettext("Your teacher has seen your hand."),
};

/**
 * What a student may want to look up later.
 * @param {Kind} event
 * @param {Partial<StudentMessages["pace"] & StudentMessages["help"]>} message
 */
const forRecap = (event, { value, on }) =>
  event === "pace" && value === "lost" ? "lost" : event === "help" && on ? "help" : null;

export class OwnWords {
  #said;
  #recap;
  #paces; // the buttons: in the small window, the page's document does not find them
  #name = find("name", HTMLInputElement);
  #offer = find("show").textContent; // what showing it means in this class

  /**
   * @param {ConstructorParameters<typeof Said>[0]} send to the class
   * @param {Recap} recap
   */
  constructor(send, recap) {
    const said = new Said(send, {
      changed: () => this.#show(),
      seen: (what) => setText("said", what.map((each) => SEEN[each]).join(" ")),
      refused: (why, event, message) => {
        recap.takeBack(forRecap(event, message));
        setText("said", gettext("That was not taken in: {reason}", { reason: gettext(why) }));
      },
    });
    this.#said = said;
    this.#recap = recap;
    this.#paces = findAll(document, "[data-pace]");
    for (const button of this.#paces) {
      const pace = /** @type {Pace} */ (button.dataset.pace);
      const tap = () => this.#say("pace", { value: said.pace === pace ? null : pace });
      button.addEventListener("click", tap);
    }
    find("help").addEventListener("click", () => this.#sayHelp(!said.help));
    find("show").addEventListener("click", () => this.#sayName(said.name === null));
    this.#name.addEventListener("change", () => said.name !== null && this.#sayName(true));
  }

  /** @type {Said["welcome"]} */
  welcome(fade, known, cleared) {
    this.#said.welcome(fade, known, cleared);
  }

  /** @type {Said["clear"]} */
  clear(what) {
    this.#said.clear(what);
  }

  /** @param {boolean} on */
  #sayHelp(on) {
    const name = this.#name.value.trim();
    this.#say("help", on && name ? { on, name } : { on });
  }

  /** @param {boolean} on */
  #sayName(on) {
    const name = this.#name.value.trim();
    setText("name-trouble", on && !name ? gettext("Type your name first: the field above.") : "");
    if (on && !name) this.#name.focus();
    this.#say("show", { name: (on && name) || null });
  }

  /**
   * @template {Kind} Event
   * @param {Event} event
   * @param {StudentMessages[Event]} message
   */
  #say(event, message) {
    setText("said", "");
    this.#recap.tap(forRecap(event, message));
    this.#said.say(event, message);
  }

  #show() {
    const { pace, help, name } = this.#said;
    for (const button of this.#paces) {
      button.setAttribute("aria-pressed", String(button.dataset.pace === pace));
    }
    find("help").setAttribute("aria-pressed", String(help));
    setText("help", help ? gettext("My hand is up: lower it") : gettext("I need help"));
    find("show").setAttribute("aria-pressed", String(name !== null));
    setText("show", name === null ? this.#offer : gettext("My name is shown: hide it"));
    const shown = name === null ? "" : gettext("Your teacher sees you by name: {name}", { name });
    setText("shown", shown);
  }
}
