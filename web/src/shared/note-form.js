/** The row of a note, in which its words can be changed. */

import { findIn } from "./page.js";

/**
 * "Edit" opens the row's form with the words of now; Escape or "Cancel" closes it.
 * @param {HTMLElement} row with a `.note-row` for as long as its form is closed
 * @param {() => string} wordsOf the note
 * @param {(text: string) => Promise<boolean>} rewrite resolves to whether it was done
 */
export function letEdit(row, wordsOf, rewrite) {
  const form = findIn(row, "form");
  const field = findIn(form, "input", HTMLInputElement);
  const edit = findIn(row, ".edit");
  const open = (/** @type {boolean} */ isOpen) => {
    form.hidden = !isOpen;
    findIn(row, ".note-row").hidden = isOpen;
    (isOpen ? field : edit).focus();
  };
  edit.addEventListener("click", () => {
    field.value = wordsOf();
    open(true);
  });
  form.querySelector(".cancel")?.addEventListener("click", () => open(false));
  form.addEventListener("keydown", ({ key }) => key === "Escape" && open(false));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await rewrite(field.value.trim())) open(false);
  });
}
