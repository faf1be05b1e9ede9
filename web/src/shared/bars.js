/** Rows of a name, a bar and a value, from the page's template "bar". */

import { namesOf } from "./labels.js";
import { copyOf, findIn } from "./page.js";
import { gettext } from "./texts.js";

/**
 * @template {string} Name
 * @param {HTMLElement} list
 * @param {Record<Name, string>} words the names of the rows, in their order, and what they say; the
 *   same at each call for a list
 * @param {(name: Name) => [number, string] | null} valueOf 0..1 and a text; null for what is hidden
 */
export function showBars(list, words, valueOf) {
  const names = namesOf(words);
  if (list.childElementCount === 0) {
    list.append(
      ...names.map((name) => {
        const row = copyOf("bar");
        row.dataset.name = name;
        findIn(row, ".name").textContent = words[name];
        findIn(row, ".fill").style.background = `var(--${name})`;
        return row;
      }),
    );
  }
  for (const [index, row] of [...list.children].entries()) {
    const [share, text] = valueOf(names[index]) ?? [0, gettext("hidden")];
    findIn(row, ".fill").style.width = `${share * 100}%`;
    findIn(row, ".value").textContent = text;
  }
}
