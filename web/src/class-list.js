/** "Your classes": what this browser remembers, with what the server says about it today. */

import { day } from "./figures.js";
import { bearer, forget, keptToken, myClasses } from "./my-classes.js";
import { find, setText } from "./page.js";
import { gettext } from "./texts.js";

const AT_ONCE = 20; // classes that are shown, and asked for, at a time

export class ClassList {
  #startAgain;
  #shown = AT_ONCE;
  #toForget = null; // while the teacher is asked

  /** @param {(known: import("./my-classes.js").KnownClass) => void} startAgain */
  constructor(startAgain) {
    this.#startAgain = startAgain;
    find("more-classes").addEventListener("click", () => {
      this.#shown += AT_ONCE;
      this.show();
    });
    find("confirm-forget").addEventListener("close", () => {
      if (find("confirm-forget").returnValue !== "forget") return;
      forget(this.#toForget.code);
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

  #row(known) {
    const row = find("known-class").content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`.${name}`);
    part("title").textContent = known.title;
    part("about").textContent = day(known.created_at);
    part("room").href = `/room/${known.code}`;
    part("report").href = `/report/${known.code}`;
    part("again").addEventListener("click", () => this.#startAgain(known));
    part("forget").addEventListener("click", () => {
      this.#toForget = known;
      setText("forget-title", known.title);
      find("confirm-forget").returnValue = "";
      find("confirm-forget").showModal();
    });
    ask(known.code).then((state) => {
      if (state === "gone") return this.#drop(known.code, row);
      part("room").hidden = state !== "running";
      part("report").hidden = state === "closed";
      part("about").textContent = [day(known.created_at), STATE_WORDS[state]]
        .filter(Boolean)
        .join(" · ");
    });
    return row;
  }

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
};

/** What the server says about a class: a key of STATE_WORDS, "gone", or "unknown". */
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
