/** A small window that stays in front of the video call: parts of a page move into it, and back when
 * it closes.
 *
 * @typedef {object} Wanted
 * @property {string[]} parts the ids of what moves, in the order in which it stands there; what is
 *   inside them has to be found before, as the page's document does not find it there
 * @property {{width: number, height: number}} size which the window asks for, in CSS pixels
 * @property {string} away what the note says while it is open
 */

import { find, setText } from "./page.js";
import { gettext } from "./texts.js";

const NOTE = "elsewhere"; // the id of what says where the parts are
const { documentPictureInPicture } = window;

export class SmallWindow {
  #opener = find("small-window"); // hidden where a page may open no such window
  #closer = find("bring-back"); // hidden while nothing is away
  #parts;
  #size;
  #away;
  #isWanted = false; // a browser takes a moment to open it
  /** @type {Window | null} */
  #window = null; // that has the parts
  /** @type {Comment[]} */
  #places = []; // of the parts, while they are away

  /** @param {Wanted} wanted */
  constructor({ parts, size, away }) {
    this.#parts = parts.map((id) => find(id));
    this.#size = size;
    this.#away = away;
    // In another site's frame, as a learning platform's, a page may open none.
    this.#opener.hidden = !documentPictureInPicture || window !== window.top;
    this.#opener.addEventListener("click", () => this.#open());
    this.#closer.addEventListener("click", () => this.close());
  }

  /** Close it, if it is open or opening. */
  close() {
    this.#isWanted = false;
    const open = this.#window;
    this.#putBack();
    open?.close();
  }

  async #open() {
    if (this.#window) return this.#window.focus();
    this.#isWanted = true;
    const opened = await documentPictureInPicture?.requestWindow(this.#size).catch(() => null);
    if (!opened) return setText(NOTE, gettext("The browser did not open a small window."));
    if (!this.#isWanted) return opened.close();
    this.#putBack(); // from one that this one has replaced
    this.#window = opened;
    opened.addEventListener("pagehide", () => this.#window === opened && this.#putBack());
    this.#furnish(opened.document);
    this.#places = this.#parts.map((part) => {
      const place = document.createComment("in the small window");
      part.replaceWith(place);
      return place;
    });
    opened.document.body.append(...this.#parts);
    this.#closer.hidden = false;
    setText(NOTE, this.#away);
  }

  /** @param {Document} empty */
  #furnish(empty) {
    for (const each of document.querySelectorAll("link[rel=stylesheet], meta[name=color-scheme]")) {
      empty.head.append(each.cloneNode());
    }
    const mark = document.querySelector(".simulated");
    if (mark) empty.body.append(mark.cloneNode(true));
    empty.title = document.title;
    empty.documentElement.lang = document.documentElement.lang;
    empty.documentElement.dir = document.documentElement.dir;
    empty.body.className = "small-window";
  }

  #putBack() {
    this.#window = null;
    this.#places.forEach((place, index) => place.replaceWith(this.#parts[index]));
    this.#places = [];
    if (document.activeElement === this.#closer) this.#opener.focus();
    this.#closer.hidden = true;
    setText(NOTE, "");
  }
}
