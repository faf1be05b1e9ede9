/** "Your classes": what this browser remembers, with what the server says about it today.
 *
 * @import { KnownClass } from "../shared/my-classes.js"
 */

import { clock, day } from "../shared/figures.js";
import { bearer, forget, keptToken, myClasses } from "../shared/my-classes.js";
import { MODE_WORDS } from "../shared/labels.js";
import { copyOf, find, findIn } from "../shared/page.js";
import { gettext, listed } from "../shared/texts.js";
import { offerUndo } from "../shared/undo.js";

const AT_ONCE = 20; // classes that are shown, and asked for, at a time

export class ClassList {
  #startAgain;
  #isOpen;
  #shown = AT_ONCE;

  /**
   * @param {(known: KnownClass) => void} startAgain
   * @param {boolean} isOpen whether classes are started here, and not simulated ones alone
   */
  constructor(startAgain, isOpen) {
    this.#startAgain = startAgain;
    this.#isOpen = isOpen;
    find("more-classes").addEventListener("click", () => {
      this.#shown += AT_ONCE;
      this.show();
    });
  }

  /** Show the list as it is now. */
  show() {
    const known = myClasses();
    const rows = known.slice(0, this.#shown).map((each) => this.#row(each));
    find("class-list").replaceChildren(...rows);
    find("more-classes").hidden = known.length <= this.#shown;
    this.#showCard();
  }

  /** @param {KnownClass} known */
  #row(known) {
    const row = copyOf("known-class");
    const state = findIn(row, ".state");
    const room = findIn(row, ".room", HTMLAnchorElement);
    const report = findIn(row, ".report", HTMLAnchorElement);
    const { code, title, mode, created_at: created } = known;
    findIn(row, ".title").textContent = title;
    const about = [day(created), clock(created), MODE_WORDS[mode]];
    const again = findIn(row, ".again");
    if (known.simulated) {
      about.push(gettext("simulated students"));
      again.textContent = gettext("Simulate again");
    }
    findIn(row, ".about").textContent = listed(about);
    findIn(row, ".code").textContent = code;
    room.href = `/room/${code}`;
    report.href = `/report/${code}`;
    again.hidden = !this.#isOpen && !known.simulated;
    again.addEventListener("click", () => this.#startAgain(known));
    findIn(row, ".forget").addEventListener("click", () => {
      const undo = forget(code);
      const over = () => this.#showCard();
      offerUndo(row, gettext("“{title}” is forgotten in this browser.", { title }), { undo, over });
    });
    ask(code).then((answer) => {
      if (answer === "gone") return this.#drop(code, row);
      room.hidden = answer !== "running";
      report.hidden = answer === "closed";
      state.textContent = STATE_WORDS[answer];
    });
    return row;
  }

  /**
   * @param {string} code
   * @param {HTMLElement} row
   */
  #drop(code, row) {
    forget(code);
    row.remove();
    this.#showCard();
  }

  #showCard() {
    const { childElementCount: rows } = find("class-list"); // one that is forgotten can come back
    find("my-classes").hidden = rows === 0 && myClasses().length === 0;
  }
}

const STATE_WORDS = {
  running: gettext("running"),
  ended: gettext("ended"),
  closed: gettext("this browser has no key to it any more"),
  unknown: "",
};

/**
 * What the server says about a class.
 * @param {string} code
 * @returns {Promise<keyof typeof STATE_WORDS | "gone">}
 */
async function ask(code) {
  try {
    const response = await fetch(`/api/classes/${code}`, { headers: bearer(keptToken(code)) });
    const answer = await response.json(); // only our own server's "not found" is believed
    if (response.status === 404 && answer.error) return "gone";
    if (response.status === 403) return "closed";
    if (!response.ok) return "unknown";
    return answer.ended_at === null ? "running" : "ended";
  } catch {
    return "unknown";
  }
}
