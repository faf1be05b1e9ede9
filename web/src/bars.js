/** Rows of a name, a bar and a value, from the page's template "bar". */

import { find } from "./page.js";
import { gettext } from "./texts.js";

/**
 * @param {HTMLElement} list
 * @param {Object<string, string>} words the names of the rows, in their order, and what they say;
 *   the same at each call for a list
 * @param {(name: string) => [number, string] | null} valueOf 0..1 and a text; null for what is hidden
 */
export function showBars(list, words, valueOf) {
  if (list.childElementCount === 0) {
    list.append(
      ...Object.keys(words).map((name) => {
        const row = find("bar").content.firstElementChild.cloneNode(true);
        row.dataset.name = name;
        row.querySelector(".name").textContent = words[name];
        row.querySelector(".fill").style.background = `var(--${name})`;
        return row;
      }),
    );
  }
  for (const row of list.children) {
    const [share, text] = valueOf(row.dataset.name) ?? [0, gettext("hidden")];
    row.querySelector(".fill").style.width = `${share * 100}%`;
    row.querySelector(".value").textContent = text;
  }
}
