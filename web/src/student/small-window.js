/** A small window that stays in front of the video call: what students tap and have to see moves
 * into it, and back when it closes.
 */

import { find, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const SIZE = { width: 320, height: 380 };
// What moves, in the order in which it stands there.
const PARTS = ["status", "shown", "paces", "help", "said", "camera-state", "looks", "trouble"];
const { documentPictureInPicture } = window;

export class SmallWindow {
  #opener = find("small-window");
  #closer = find("bring-back");
  #parts = PARTS.map((id) => find(id));
  /** @type {Window | null} */
  #window = null; // that has the parts
  /** @type {Comment[]} */
  #places = []; // of the parts, while they are away

  constructor() {
    // In another site's frame, as a learning platform's, a page may open none.
    this.#opener.hidden = !documentPictureInPicture || window !== window.top;
    this.#opener.addEventListener("click", () => this.#open());
    this.#closer.addEventListener("click", () => this.close());
  }

  /** Close it, if it is open. */
  close() {
    const open = this.#window;
    this.#putBack();
    open?.close();
  }

  async #open() {
    if (this.#window) return this.#window.focus();
    const opened = await documentPictureInPicture?.requestWindow(SIZE).catch(() => null);
    if (!opened) return setText("elsewhere", gettext("The browser did not open a small window."));
    if (find("class").hidden) return opened.close(); // the class was left meanwhile
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
    setText("elsewhere", gettext("Your answers are in the small window until you close it."));
  }

  /** @param {Document} empty */
  #furnish(empty) {
    for (const each of document.querySelectorAll("link[rel=stylesheet], meta[name=color-scheme]")) {
      empty.head.append(each.cloneNode());
    }
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
    setText("elsewhere", "");
  }
}
