/** What students say themselves: the pace, and that they need help. */

import { find, setText } from "./page.js";

export class OwnWords {
  #send;
  #pace = null;
  #help = { on: false };

  /** @param {(event: string, message: object) => void} send to the class */
  constructor(send) {
    this.#send = send;
    for (const button of document.querySelectorAll("[data-pace]")) {
      button.addEventListener("click", () => this.#choosePace(button));
    }
    find("help").addEventListener("click", () => this.#raiseHand());
  }

  /** Say again what the server may have lost, or kept for too long. */
  repeat() {
    this.#send("pace", { value: this.#pace });
    this.#send("help", this.#help);
  }

  #choosePace(button) {
    this.#pace = this.#pace === button.dataset.pace ? null : button.dataset.pace;
    for (const each of button.parentElement.children) {
      each.setAttribute("aria-pressed", String(each.dataset.pace === this.#pace));
    }
    this.#send("pace", { value: this.#pace });
  }

  #raiseHand() {
    const on = !this.#help.on;
    const name = find("help-name").value.trim();
    this.#help = on && name ? { on, name } : { on };
    find("help").setAttribute("aria-pressed", String(on));
    setText("help", on ? "My hand is up: lower it" : "I need help");
    this.#send("help", this.#help);
  }
}
