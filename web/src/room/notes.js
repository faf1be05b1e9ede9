/** The teacher's notes: each is one tap, gets its words later, and can be changed or deleted.
 *
 * @import { Marker } from "../shared/contract.js"
 */

import { clock } from "../shared/figures.js";
import { noteText } from "../shared/labels.js";
import { bearer } from "../shared/my-classes.js";
import { letEdit } from "../shared/note-form.js";
import { copyOf, find, findAll, findIn, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

/** The notes of a class at the server. */
export class NoteStore {
  #code;
  #token;

  /**
   * @param {string} code
   * @param {() => string} token the teacher's, as it is by now
   */
  constructor(code, token) {
    this.#code = code;
    this.#token = token;
  }

  /**
   * Resolves to whether the server has changed it.
   * @param {Marker} note
   * @param {string} text
   */
  rename(note, text) {
    return this.#send(note, "PUT", { body: JSON.stringify({ text }) });
  }

  /**
   * Resolves to whether the server has it no more.
   * @param {Marker} note
   */
  remove(note) {
    return this.#send(note, "DELETE", { keepalive: true }); // also when the page is about to go
  }

  /**
   * @param {Marker} note
   * @param {string} method
   * @param {RequestInit} more
   */
  async #send({ t }, method, more) {
    const headers = { ...bearer(this.#token()), "Content-Type": "application/json" };
    try {
      const address = `/api/classes/${this.#code}/markers/${JSON.stringify(t)}`;
      return (await fetch(address, { method, headers, ...more })).ok;
    } catch {
      return false;
    }
  }
}

/** @type {Marker | null} */
let newest = null; // that was marked here, and has no words yet

/**
 * Offer to put words to a moment that was marked.
 * @param {Marker} note
 * @param {boolean} isTyped whether they are typed next
 */
export function offerWords(note, isTyped) {
  newest = note;
  find("add-words").hidden = false;
  const field = find("marker-text", HTMLInputElement);
  field.value = "";
  if (isTyped) field.focus();
}

/** The moment to which words are offered. */
export const offered = () => newest;

/**
 * Say that a note is there, or has its words now.
 * @param {Marker} note
 */
export function showNoted({ t, text }) {
  if (t === newest?.t) {
    newest = null;
    find("add-words").hidden = true;
  }
  const marked = gettext("Marked: {time}", { time: clock(t) });
  setText("noted", text === "" ? marked : gettext("Noted: {note}", { note: text }));
}

/**
 * The list of notes, newest first.
 * @param {Marker[]} notes
 * @param {NoteStore} store
 * @param {(note: Marker) => void} remove
 */
export function showNotes(notes, store, remove) {
  const list = find("notes-list");
  find("notes").hidden = notes.length === 0;
  setText("notes-count", String(notes.length));
  const items = findAll(list, "li");
  const keyOf = (/** @type {Marker} */ { t, text }) => `${t} ${text}`;
  for (const item of items) {
    const isKnown = notes.some((note) => keyOf(note) === item.dataset.key);
    if (!isKnown) item.remove();
  }
  for (const [index, note] of [...notes].reverse().entries()) {
    if (items.some(({ dataset }) => dataset.key === keyOf(note))) continue;
    const item = copyOf("note");
    item.dataset.key = keyOf(note);
    furnish(item, note);
    list.insertBefore(item, list.children[index] ?? null);
  }

  /**
   * @param {HTMLElement} item
   * @param {Marker} note
   */
  function furnish(item, note) {
    const text = noteText(note.text);
    findIn(item, ".time").textContent = clock(note.t);
    findIn(item, ".text").textContent = text;
    findIn(item, ".edit").setAttribute("aria-label", gettext("Edit: {note}", { note: text }));
    const wordsOf = () => note.text;
    letEdit(item, wordsOf, async (words) => {
      const isDone = await store.rename(note, words);
      const trouble = isDone ? "" : gettext("The server did not take it. Please try again.");
      findIn(item, ".trouble").textContent = trouble;
      return isDone;
    });
    const button = findIn(item, ".delete");
    button.setAttribute("aria-label", gettext("Delete: {note}", { note: text }));
    button.addEventListener("click", () => remove(note));
  }
}
