/** Counts as a stacked bar, or as dots, with their names and figures below.
 *
 * @import { Item } from "../shared/bars.js"
 */

import { areOf, rowsFor } from "../shared/bars.js";
import { findAll, findIn } from "../shared/page.js";

const MOST_DOTS = 60; // more are no picture any more

/**
 * One figure for each item, as "lost 9"; the rows stay from one call to the next.
 * @template {Item} Kind
 * @param {HTMLElement} list
 * @param {Kind[]} items in their order
 * @param {(item: Kind) => string} valueOf
 */
export function showTally(list, items, valueOf) {
  for (const [item, row] of rowsFor(list, items, { template: "tally", coloured: ".mark" })) {
    const value = findIn(row, ".value");
    const text = valueOf(item);
    if (value.textContent !== text) value.textContent = text;
  }
}

/**
 * A bar whose parts are shares of it; what they leave is empty.
 * @template {Item} Kind
 * @param {HTMLElement} bar
 * @param {Kind[]} items in their order
 * @param {(item: Kind) => number} shareOf 0..1
 */
export function showStack(bar, items, shareOf) {
  if (!bar.classList.contains("stack") || !areOf(findAll(bar, "*"), items)) {
    bar.className = "stack";
    delete bar.dataset.dots;
    bar.replaceChildren(...items.map(coloured));
  }
  for (const [index, part] of findAll(bar, "*").entries()) {
    part.style.width = `${shareOf(items[index]) * 100}%`;
  }
}

/**
 * A dot for each of a class; a bar if there are many.
 * @template {Item} Kind
 * @param {HTMLElement} place
 * @param {Kind[]} items in their order
 * @param {(item: Kind) => number} countOf
 * @param {number} students
 */
export function showDots(place, items, countOf, students) {
  if (students > MOST_DOTS) return showStack(place, items, (item) => countOf(item) / students);
  const dots = items.flatMap((item) => Array.from({ length: countOf(item) }, () => item));
  const key = `${students} ${dots.map(({ name }) => name)}`;
  if (place.dataset.dots === key) return;
  place.dataset.dots = key;
  place.className = "dots";
  const silent = Array(Math.max(0, students - dots.length)).fill({ name: "", colour: "line" });
  place.replaceChildren(...[...dots, ...silent].map(coloured));
}

/** @param {Pick<Item, "name" | "colour">} item */
function coloured({ name, colour }) {
  const element = document.createElement("span");
  element.dataset.name = name;
  element.style.background = `var(--${colour})`;
  return element;
}
