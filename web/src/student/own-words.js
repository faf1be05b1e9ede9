/** What students say themselves: the pace, that they need help, who they are if they want, and what
 * they answer when their teacher asks the class.
 *
 * @import { Answer, Clearable, OpenQuestion, Pace } from "../shared/contract.js"
 * @import { StudentMessages } from "../shared/contract.js"
 * @import { Recap } from "./recap.js"
 * @import { Kind } from "./said.js"
 */

import { QUESTION_WORDS } from "../shared/labels.js";
import { find, findAll, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { Said } from "./said.js";

/** @type {Record<Clearable, string>} */
const SEEN = {
  pace: gettext("Your teacher has seen what you said on the pace."),
  help: gettext("Your teacher has seen your hand."),
};

/**
 * What a student may want to look up later.
 * @param {StudentMessages[Kind]} message
 */
function forRecap(message) {
  if ("value" in message && message.value === "lost") return "lost";
  return "on" in message && message.on ? "help" : null;
}

export class OwnWords {
  #said;
  #recap;
  // What is in the small window, the page's document does not find.
  #asked = find("asked");
  #answering = find("answers");
  #paces = findAll(document, "[data-pace]");
  #answers = findAll(document, "[data-answer]");
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
        recap.takeBack(forRecap(message));
        setText("said", gettext("That was not taken in: {reason}", { reason: gettext(why) }));
      },
      asked: (question, counted) => this.#showQuestion(question, counted),
    });
    this.#said = said;
    this.#recap = recap;
    for (const button of this.#paces) {
      const pace = /** @type {Pace} */ (button.dataset.pace);
      const tap = () => this.#say("pace", { value: said.pace === pace ? null : pace });
      button.addEventListener("click", tap);
    }
    for (const button of this.#answers) {
      const answer = /** @type {Answer} */ (button.dataset.answer);
      button.addEventListener("click", () => this.#sayAnswer(answer));
    }
    find("help").addEventListener("click", () => this.#sayHelp(!said.help));
    find("show").addEventListener("click", () => this.#sayName(said.name === null));
    this.#name.addEventListener("change", () => said.name !== null && this.#sayName(true));
  }

  /** @type {Said["ask"]} */
  ask(question) {
    this.#said.ask(question);
  }

  /** @type {Said["welcome"]} */
  welcome(fade, known, cleared) {
    this.#said.welcome(fade, known, cleared);
  }

  /** @type {Said["clear"]} */
  clear(what) {
    this.#said.clear(what);
  }

  /** @param {Answer} answer */
  #sayAnswer(answer) {
    const { question, answer: before } = this.#said;
    if (!question) return; // it was closed as this was tapped
    this.#say("answer", { to: question.id, value: answer === before ? null : answer });
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
    this.#recap.tap(forRecap(message));
    this.#said.say(event, message);
  }

  #show() {
    const { pace, help, name, answer } = this.#said;
    for (const button of this.#paces) {
      button.setAttribute("aria-pressed", String(button.dataset.pace === pace));
    }
    for (const button of this.#answers) {
      button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
    }
    find("help").setAttribute("aria-pressed", String(help));
    setText("help", help ? gettext("My hand is up: lower it") : gettext("I need help"));
    find("show").setAttribute("aria-pressed", String(name !== null));
    setText("show", name === null ? this.#offer : gettext("My name is shown: hide it"));
    const shown = name === null ? "" : gettext("Your teacher sees you by name: {name}", { name });
    setText("shown", shown);
  }

  /**
   * @param {OpenQuestion | null} question
   * @param {boolean} counted whether the answer to the last one was
   */
  #showQuestion(question, counted) {
    const { activeElement } = this.#answering.ownerDocument;
    const hasFocus = this.#answering.contains(activeElement);
    if (!question && hasFocus) find("paces").focus(); // what comes next
    this.#answering.hidden = !question;
    const asked = question && QUESTION_WORDS[question.question];
    // Written even if it is the same again: it is asked again.
    this.#asked.textContent =
      asked && gettext("Your teacher asks: {question}", { question: asked });
    if (question) setText("said", "");
    else if (counted) setText("said", gettext("Thank you: your answer was counted."));
  }
}
