/** The buttons that copy a field, or a text of the page. */

import { copy, find, findAll, setText } from "./page.js";
import { gettext } from "./texts.js";

/** Have each button with `data-copies` copy the field of that id. */
export function letCopy() {
  for (const button of findAll(document, "[data-copies]")) {
    button.addEventListener("click", async () => {
      if (!(await copy(find(button.dataset.copies ?? "")))) return; // what to copy is selected
      button.textContent = gettext("Copied");
      setTimeout(() => (button.textContent = gettext("Copy")), 2000);
    });
  }
}

/**
 * A button that copies a text and says whether it could.
 * @param {string} button its id
 * @param {string} text the id of what is copied
 * @param {string} told the id of where it is said
 */
export function offerCopy(button, text, told) {
  find(button).addEventListener("click", async () => {
    setText(told, ""); // said again where it is done again
    const done = await copy(find(text));
    setText(
      told,
      done
        ? gettext("Copied")
        : gettext("Your browser does not let this page copy. What to copy is selected."),
    );
  });
}
