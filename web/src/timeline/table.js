/** The figures of a timeline as a table, a row for each minute.
 *
 * @import { Mode } from "../shared/contract.js"
 * @import { Look } from "../shared/looks.js"
 * @import { Minute } from "./minutes.js"
 *
 * @typedef {object} Column
 * @property {string} word
 * @property {(minute: Minute) => string} cell
 * @property {boolean} [isOfCamera]
 */

import { clock, percent } from "../shared/figures.js";
import { PACE_TOLD } from "../shared/labels.js";
import { looks } from "../shared/looks.js";
import { gettext, listed } from "../shared/texts.js";

const NONE = "–";

/** @type {() => Column[]} */
const columns = () => [
  { word: gettext("time"), cell: ({ t }) => clock(t) },
  { word: gettext("students"), cell: ({ students }) => whole(students) },
  { word: gettext("faces read"), cell: (minute) => whole(minute.seen, minute), isOfCamera: true },
  sayers("lost"),
  sayers("slow_down"),
  sayers("fine"),
  sayers("speed_up"),
  ...looks.groups.filter(({ isAside }) => !isAside).map(lookers),
  { word: gettext("what happened"), cell: ({ happened }) => listed(happened) },
];

/**
 * The columns of a table, from the time on.
 * @param {Mode} mode
 */
export const columnsOf = (mode) =>
  columns().filter(({ isOfCamera }) => mode === "camera" || !isOfCamera);

/**
 * Write the minutes into the table. What is there already stays, and where it was scrolled to.
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 * @param {Minute[]} minutes
 */
export function showMinutes(table, columns, minutes) {
  const body = table.tBodies[0];
  while (body.rows.length > minutes.length) body.deleteRow(-1);
  for (const [index, minute] of minutes.entries()) {
    const row = body.rows[index] ?? newRow(body, columns.length);
    for (const [at, { cell }] of columns.entries()) {
      const text = cell(minute);
      if (row.cells[at].textContent !== text) row.cells[at].textContent = text;
    }
  }
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {number} cells
 */
function newRow(body, cells) {
  const row = body.insertRow();
  const heading = document.createElement("th");
  heading.scope = "row";
  row.append(heading);
  while (row.cells.length < cells) row.insertCell();
  return row;
}

/**
 * How many say so.
 * @param {keyof typeof PACE_TOLD} name
 * @returns {Column}
 */
function sayers(name) {
  return {
    word: PACE_TOLD[name],
    cell: (minute) => whole(minute.pace && minute.pace[name], minute),
  };
}

/**
 * What share of the faces looks so.
 * @param {Look} group
 * @returns {Column}
 */
function lookers({ name, word }) {
  return {
    word,
    cell: (minute) => (minute.looks ? percent(minute.looks[name]) : missing(minute.isHidden)),
    isOfCamera: true,
  };
}

/**
 * @param {number | null} value
 * @param {{isHidden: boolean}} [minute]
 */
const whole = (value, { isHidden } = { isHidden: false }) =>
  value === null ? missing(isHidden) : String(Math.round(value));

/** @param {boolean} isHidden */
const missing = (isHidden) => (isHidden ? gettext("hidden") : NONE);
