/** Rows of a name, a bar and a value, from the page's template "bar". */

import { namesOf } from "./labels.js";
import { copyOf, findAll, findIn } from "./page.js";

/**
 * @template {string} Name
 * @param {HTMLElement} list
 * @param {Record<Name, string>} words the names of the rows, in their order, and what they say; the
 *   same at each call for a list
 * @param {(name: Name) => [number, string]} valueOf 0..1 and a text
 */
export function showBars(list, words, valueOf) {
  for (const [name, row] of namedRows(list, words, { template: "bar", coloured: ".fill" })) {
    const [share, text] = valueOf(name);
    findIn(row, ".fill").style.width = `${share * 100}%`;
    findIn(row, ".value").textContent = text;
  }
}

/**
 * The rows of a list, one for each name, which are made at the first call.
 * @template {string} Name
 * @param {HTMLElement} list
 * @param {Record<Name, string>} words the names, in their order, and what they say
 * @param {{template: string, coloured: string}} look the id of a row's template, and what of it has
 *   the name's colour
 * @returns {[Name, HTMLElement][]}
 */
export function namedRows(list, words, { template, coloured }) {
  const names = namesOf(words);
  if (list.childElementCount === 0) {
    list.append(
      ...names.map((name) => {
        const row = copyOf(template);
        row.dataset.name = name;
        findIn(row, ".name").textContent = words[name];
        findIn(row, coloured).style.background = `var(--${name})`;
        return row;
      }),
    );
  }
  const rows = findAll(list, "[data-name]");
  return names.map((name, index) => [name, rows[index]]);
}
