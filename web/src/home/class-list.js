/** "Your classes": what this browser remembers, with what the server says about it today.
 *
 * @import { KnownClass } from "../shared/my-classes.js"
 */

import { day } from "../shared/figures.js";
import { bearer, forget, keptToken, myClasses } from "../shared/my-classes.js";
import { copyOf, find, findIn, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const AT_ONCE = 20; // classes that are shown, and asked for, at a time

export class ClassList {
  #startAgain;
  #shown = AT_ONCE;
  #confirm = find("confirm-forget", HTMLDialogElement);
  #toForget = ""; // the code, while the teacher is asked

  /** @param {(known: KnownClass) => void} startAgain */
  constructor(startAgain) {
    this.#startAgain = startAgain;
    find("more-classes").addEventListener("click", () => {
      this.#shown += AT_ONCE;
      this.show();
    });
    this.#confirm.addEventListener("close", () => {
      if (this.#confirm.returnValue !== "forget") return;
      forget(this.#toForget);
      this.show();
    });
  }

  /** Show the list as it is now. */
  show() {
    const known = myClasses();
    const rows = known.slice(0, this.#shown).map((each) => this.#row(each));
    find("my-classes").hidden = known.length === 0;
    find("class-list").replaceChildren(...rows);
    find("more-classes").hidden = known.length <= this.#shown;
  }

  /** @param {KnownClass} known */
  #row(known) {
    const row = copyOf("known-class");
    const about = findIn(row, ".about");
    const room = findIn(row, ".room", HTMLAnchorElement);
    const report = findIn(row, ".report", HTMLAnchorElement);
    findIn(row, ".title").textContent = known.title;
    about.textContent = day(known.created_at);
    room.href = `/room/${known.code}`;
    report.href = `/report/${known.code}`;
    findIn(row, ".again").addEventListener("click", () => this.#startAgain(known));
    findIn(row, ".forget").addEventListener("click", () => {
      this.#toForget = known.code;
      setText("forget-title", known.title);
      this.#confirm.returnValue = "";
      this.#confirm.showModal();
    });
    ask(known.code).then((state) => {
      if (state === "gone") return this.#drop(known.code, row);
      room.hidden = state !== "running";
      report.hidden = state === "closed";
      about.textContent = [day(known.created_at), STATE_WORDS[state]].filter(Boolean).join(" · ");
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
    find("my-classes").hidden = myClasses().length === 0;
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
