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
  // Not inside the HTML below, where what collects texts would not find them.
  const shown = safe(gettext("What is shown"));
  const time = safe(gettext("Time shown"));
  const whole = safe(gettext("Whole class"));
  const charts = safe(gettext("Charts over time: the arrow keys read them"));
  const minutes = safe(gettext("The class minute by minute"));
  const headings = columns.map(({ word }) => `<th scope="col">${safe(word)}</th>`);
  return `<div class="timeline-tools">
      <div class="choices" role="group" aria-label="${shown}">
        ${views.join("")}</div>
      <div class="switch" role="group" aria-label="${time}">
        ${last}<button data-span="whole">${whole}</button></div></div>
    <div class="charts" tabindex="0" role="group"
      aria-label="${charts}">
      ${kinds.map(figureOf).join("")}</div>
    <div class="minutes" tabindex="0" role="region" hidden
      aria-label="${minutes}">
      <table><thead><tr>${headings.join("")}</tr></thead><tbody></tbody></table></div>
    <p class="readout" role="status"></p>`;
}

/** @param {Kind} kind */
function figureOf({ name, title, lines }) {
  const label = safe(gettext("Lines"));
  const legend = lines.map(
    ({ name, word, colour, dash = [] }) =>
      `<button data-line="${safe(name)}"><svg width="18" height="4" aria-hidden="true"><path d="M0 2H18"
      stroke="var(--${colour})" stroke-width="3" stroke-dasharray="${dash}"/></svg> ${safe(word)}</button>`,
  );
  return `<figure data-chart="${name}" aria-label="${safe(title)}"><figcaption>${safe(title)}</figcaption>
    <div class="legend" role="group" aria-label="${label}" ${lines.length > 1 ? "" : "hidden"}>
      ${legend.join("")}</div><div class="place"></div></figure>`;
}

/**
 * A text as HTML has it.
 * @param {string} text
 */
const safe = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
