/** The elements of a timeline.
 *
 * @import { Kind } from "./charts.js"
 * @import { Column } from "./table.js"
 */

import { gettext } from "../shared/texts.js";

/**
 * @param {Kind[]} kinds of charts
 * @param {Column[]} columns of the table
 * @param {boolean} goesOn whether the class does
 */
export function frameOf(kinds, columns, goesOn) {
  const names = [...kinds, { name: "table", title: gettext("Table") }];
  const views = names.map(
    ({ name, title }) => `<button data-view="${name}">${safe(title)}</button>`,
  );
  const last = goesOn
    ? `<button data-span="last">${safe(gettext("Last 15 minutes"))}</button>`
    : "";
  const headings = columns.map(({ word }) => `<th scope="col">${safe(word)}</th>`);
  return `<div class="timeline-tools">
      <div class="choices" role="group" aria-label="${safe(gettext("What is shown"))}">
        ${views.join("")}</div>
      <div class="switch" role="group" aria-label="${safe(gettext("Time shown"))}">
        ${last}<button data-span="whole">${safe(gettext("Whole class"))}</button></div></div>
    <div class="charts" tabindex="0" role="group"
      aria-label="${safe(gettext("Charts over time: the arrow keys read them"))}">
      ${kinds.map(figureOf).join("")}</div>
    <div class="minutes" tabindex="0" role="region" hidden
      aria-label="${safe(gettext("The class minute by minute"))}">
      <table><thead><tr>${headings.join("")}</tr></thead><tbody></tbody></table></div>
    <p class="readout" role="status"></p>`;
}

/** @param {Kind} kind */
function figureOf({ name, title, lines }) {
  const legend = lines.map(
    ({ name, word, dash = [] }) =>
      `<button data-line="${name}"><svg width="18" height="4" aria-hidden="true"><path d="M0 2H18"
      stroke="var(--${name})" stroke-width="3" stroke-dasharray="${dash}"/></svg> ${safe(word)}</button>`,
  );
  return `<figure data-chart="${name}" aria-label="${safe(title)}"><figcaption>${safe(title)}</figcaption>
    <div class="legend" role="group" aria-label="${safe(gettext("Lines"))}" ${lines.length > 1 ? "" : "hidden"}>
      ${legend.join("")}</div><div class="place"></div></figure>`;
}

/**
 * A text as HTML has it.
 * @param {string} text
 */
const safe = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
