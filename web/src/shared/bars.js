/** Rows of a name, a bar and a value, from the page's template "bar".
 *
 * @typedef {object} Item What has a row in a list, or a part of a bar.
 * @property {string} name
 * @property {string} word that pages have for it
 * @property {string} colour of the style sheet, a CSS variable
 */

import { entriesOf } from "./labels.js";
import { copyOf, findAll, findIn } from "./page.js";

/**
 * Those of a table of words, each in the colour of its name.
 * @template {string} Name
 * @param {Record<Name, string>} words
 */
export const itemsOf = (words) =>
  entriesOf(words).map(([name, word]) => ({ name, word: word ?? name, colour: name }));

/**
 * @template {Item} Kind
 * @param {HTMLElement} list
 * @param {Kind[]} items in their order
 * @param {(item: Kind) => [number, string]} valueOf 0..1 and a text
 */
export function showBars(list, items, valueOf) {
  for (const [item, row] of rowsFor(list, items, { template: "bar", coloured: ".fill" })) {
    const [share, text] = valueOf(item);
    findIn(row, ".fill").style.width = `${share * 100}%`;
    findIn(row, ".value").textContent = text;
  }
}

/**
 * The rows of a list, one for each item, which stay from one call to the next with the same items.
 * @template {Item} Kind
 * @param {HTMLElement} list
 * @param {Kind[]} items in their order
 * @param {{template: string, coloured: string}} look the id of a row's template, and what of it has
 *   the item's colour
 * @returns {[Kind, HTMLElement][]}
 */
export function rowsFor(list, items, { template, coloured }) {
  let rows = findAll(list, "[data-name]");
  if (!areOf(rows, items)) {
    rows = items.map(({ name, word, colour }) => {
      const row = copyOf(template);
      row.dataset.name = name;
      findIn(row, ".name").textContent = word;
      findIn(row, coloured).style.background = `var(--${colour})`;
      return row;
    });
    list.replaceChildren(...rows);
  }
  return items.map((item, index) => [item, rows[index]]);
}

/**
 * Whether elements are those that were made for these items.
 * @param {HTMLElement[]} elements
 * @param {Item[]} items
 */
export const areOf = (elements, items) =>
  elements.length === items.length &&
  items.every(({ name }, index) => elements[index].dataset.name === name);
