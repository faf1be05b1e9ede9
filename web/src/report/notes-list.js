/** The notes of a class, which its teacher can still change and delete.
 *
 * @import { Marker } from "../shared/contract.js"
 */

import { clock } from "../shared/figures.js";
import { noteText } from "../shared/labels.js";
import { letEdit } from "../shared/note-form.js";
import { copyOf, find, findIn } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { offerUndo } from "../shared/undo.js";

export class NotesList {
  #list = find("notes");
  #rewrite;
  #erase;

  /**
   * @param {Marker[]} markers
   * @param {object} server each resolves to whether it was done
   * @param {(marker: Marker) => Promise<boolean>} server.rewrite
   * @param {(marker: Marker) => Promise<boolean>} server.erase
   */
  constructor(markers, { rewrite, erase }) {
    this.#rewrite = rewrite;
    this.#erase = erase;
    this.#list.replaceChildren(...markers.map((marker) => this.#row(marker)));
    this.#showCard();
  }

  /** @param {Marker} marker */
  #row(marker) {
    const row = copyOf("note");
    const edit = findIn(row, ".edit");
    const { t } = marker;
    let { text } = marker;
    row.dataset.t = String(t);
    findIn(row, ".time").textContent = clock(t);
    const show = () => {
      const note = noteText(text);
      findIn(row, "bdi").textContent = note;
      edit.setAttribute("aria-label", gettext("Edit “{note}”", { note }));
      findIn(row, ".delete").setAttribute("aria-label", gettext("Delete “{note}”", { note }));
    };
    show();
    const wordsOf = () => text;
    letEdit(row, wordsOf, async (words) => {
      const isDone = await this.#rewrite({ t, text: words });
      if (isDone) text = words;
      show();
      return isDone;
    });
    findIn(row, ".delete").addEventListener("click", () => {
      offerUndo(row, gettext("“{note}” is deleted.", { note: noteText(text) }), {
        undo: () => {},
        over: async () => {
          if (!(await this.#erase({ t, text }))) this.#putBack(row);
          this.#showCard();
        },
      });
    });
    return row;
  }

  /** @param {HTMLElement} row to its place in time */
  #putBack(row) {
    const rows = [...this.#list.children].filter((each) => each instanceof HTMLElement);
    const next = rows.find((each) => Number(each.dataset.t) > Number(row.dataset.t));
    this.#list.insertBefore(row, next ?? null);
  }

  #showCard() {
    find("notes-card").hidden = this.#list.childElementCount === 0;
  }
}
