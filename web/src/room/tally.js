/** Counts as a stacked bar, or as dots, with their names and figures below. */

import { namedRows } from "../shared/bars.js";
import { findIn } from "../shared/page.js";

const MOST_DOTS = 60; // more are no picture any more

/**
 * One figure for each name, as "lost 9"; the rows stay from one call to the next.
 * @template {string} Name
 * @param {HTMLElement} list
 * @param {Record<Name, string>} words the names, in their order, and what they say
 * @param {(name: Name) => string} valueOf
 */
export function showTally(list, words, valueOf) {
  for (const [name, row] of namedRows(list, words, { template: "tally", coloured: ".mark" })) {
    const value = findIn(row, ".value");
    const text = valueOf(name);
    if (value.textContent !== text) value.textContent = text;
  }
}

/**
 * A bar whose parts are shares of it; what they leave is empty.
 * @template {string} Name
 * @param {HTMLElement} bar
 * @param {Name[]} names in their order, the same at each call
 * @param {(name: Name) => number} shareOf 0..1
 */
export function showStack(bar, names, shareOf) {
  if (!bar.classList.contains("stack")) {
    bar.className = "stack";
    delete bar.dataset.dots;
    bar.replaceChildren(...names.map((name) => coloured(name)));
  }
  for (const [index, part] of [...bar.children].entries()) {
    if (part instanceof HTMLElement) part.style.width = `${shareOf(names[index]) * 100}%`;
  }
}

/**
 * A dot for each of a class; a bar if there are many.
 * @template {string} Name
 * @param {HTMLElement} place
 * @param {Name[]} names in their order
 * @param {(name: Name) => number} countOf
 * @param {number} students
 */
export function showDots(place, names, countOf, students) {
  if (students > MOST_DOTS) return showStack(place, names, (name) => countOf(name) / students);
  const dots = names.flatMap((name) => Array.from({ length: countOf(name) }, () => name));
  const key = `${students} ${dots}`;
  if (place.dataset.dots === key) return;
  place.dataset.dots = key;
  place.className = "dots";
  const others = Array(Math.max(0, students - dots.length)).fill("line");
  place.replaceChildren(...[...dots, ...others].map((name) => coloured(name)));
}

/** @param {string} name */
function coloured(name) {
  const element = document.createElement("span");
  element.style.background = `var(--${name})`;
  return element;
}
