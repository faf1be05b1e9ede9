/** The buttons that copy a field. */

import { copy, find, findAll } from "./page.js";
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
