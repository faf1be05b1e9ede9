/** A button that copies a text and says whether it could. */

import { copy, find, setText } from "./page.js";
import { gettext } from "./texts.js";

/**
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
