/** The invitation over the whole screen, to be read and scanned from the back row. */

import { find, findIn } from "../shared/page.js";

export class JoinScreen {
  #dialog = find("join-screen", HTMLDialogElement);
  /** @type {HTMLElement | null} */
  #before = null; // what had the focus

  constructor() {
    this.#dialog.addEventListener("close", async () => {
      await leaveFullScreen();
      this.#before?.focus(); // with which the full screen has done away
    });
    // Where Escape leaves the full screen, the page does not hear of the key.
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement) this.close();
    });
  }

  /** Show it, unless the teacher is asked something; or close it. */
  async toggle() {
    if (this.#dialog.open) return this.close();
    if (document.querySelector("dialog[open]")) return;
    this.#before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.#dialog.showModal();
    try {
      // A dialog itself cannot have the full screen.
      await findIn(this.#dialog, "div").requestFullscreen();
    } catch {
      // A browser without it, or one that refuses: it covers the page, which will do.
    }
    if (!this.#dialog.open) leaveFullScreen(); // it was closed meanwhile
  }

  close() {
    this.#dialog.close();
  }
}

async function leaveFullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
}
