/** The charts of a timeline: what each shows, its elements and its options.
 *
 * @import uPlot from "uplot"
 * @import { Mode, Pace } from "../shared/contract.js"
 * @import { Row } from "./rows.js"
 *
 * @typedef {object} Line
 * @property {string} name of its colour, a CSS variable that is read whenever it is drawn
 * @property {string} word
 * @property {(row: Row) => number | null} value
 * @property {number[]} [dash]
 *
 * @typedef {object} Kind of a chart
 * @property {string} name
 * @property {boolean} isMood one of these is shown at a time
 * @property {string} title
 * @property {number} height CSS pixels
 * @property {Line[]} lines
 * @property {(plot: uPlot, least: number, most: number) => [number, number]} range
 * @property {number[]} steps
 * @property {(value: number) => string} tick
 * @property {(row: Row) => boolean} hidden whether something of a row is not shown
 */

import { clock, exactClock, percent, signed } from "../shared/figures.js";
import { EMOTION_WORDS, PACE_WORDS, entriesOf } from "../shared/labels.js";
import { gettext } from "../shared/texts.js";

const TOP = 8; // CSS pixels above a chart, for the upper half of its uppermost figure
const RIGHT = 30; // CSS pixels, for half of a time
const LEFT = 44; // CSS pixels for the figures, the same in all charts
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]; // steps of numbers of students

const dotted = [2, 3];
const dashed = [7, 3];
/** @type {Record<string, number[]>} */
const DASHES = { other: dotted, fear: dashed, disgust: dashed };

/** @type {Kind["hidden"]} */
const isHidden = (row) => row.shares === null && row.suppressed !== null;
/** @type {Kind["range"]} */
const fromZero = (_, least, most) => [0, 1.1 * Math.max(4, most ?? 0)]; // with some air above

/** @type {Kind} */
const SHARES = {
  name: "shares",
  isMood: true,
  title: gettext("How the class looks"),
  height: 190,
  lines: entriesOf(EMOTION_WORDS).map(([name, word]) => ({
    name,
    word,
    value: ({ shares }) => shares && (shares[name] ?? 0),
    dash: DASHES[name],
  })),
  range: () => [0, 1],
  steps: [0.25, 0.5],
  tick: percent,
  hidden: isHidden,
};
/** @type {Kind} */
const BALANCE = {
  name: "balance",
  isMood: true,
  title: gettext("Balance of pleasant (+1) and unpleasant (−1) looks"),
  height: 190,
  lines: [{ name: "balance", word: gettext("balance"), value: ({ valence }) => valence }],
  range: () => [-1, 1],
  steps: [0.5, 1],
  tick: signed,
  hidden: isHidden,
};
/** @type {Kind} */
const PACE = {
  name: "pace",
  isMood: false,
  title: gettext("What students say"),
  height: 130,
  lines: [lineOf("slow_down"), lineOf("lost"), lineOf("speed_up", dashed), lineOf("fine", dotted)],
  range: fromZero,
  steps: WHOLE,
  tick: String,
  hidden: (row) => row.students !== null && row.pace === null,
};
/** @type {Kind} */
const PRESENCE = {
  name: "presence",
  isMood: false,
  title: gettext("Who is here"),
  height: 110,
  lines: [
    { name: "students", word: gettext("students here"), value: ({ students }) => students },
    { name: "seen", word: gettext("faces read"), value: ({ seen }) => seen, dash: dashed },
  ],
  range: fromZero,
  steps: WHOLE,
  tick: String,
  hidden: () => false,
};

/**
 * How many students say so.
 * @param {Pace} name
 * @param {number[]} [dash]
 * @returns {Line}
 */
function lineOf(name, dash) {
  return { name, word: PACE_WORDS[name], value: ({ pace }) => pace && pace[name], dash };
}

/**
 * The charts of a mode, from top to bottom.
 * @param {Mode} mode
 */
export function chartsOf(mode) {
  if (mode === "camera") return [SHARES, BALANCE, PACE, PRESENCE];
  return [PACE, { ...PRESENCE, lines: PRESENCE.lines.slice(0, 1) }];
}

/**
 * The elements of a timeline.
 * @param {Mode} mode
 */
export function frameOf(mode) {
  const looksAs = safe(gettext("Looks as"));
  const expressions = safe(gettext("Expressions"));
  const balance = safe(gettext("Balance"));
  const timeShown = safe(gettext("Time shown"));
  const last = safe(gettext("Last 15 minutes"));
  const whole = safe(gettext("Whole class"));
  const charts = safe(gettext("Charts over time: the arrow keys read them"));
  const mood = `<div class="switch" role="group" aria-label="${looksAs}">
    <button data-mood="shares">${expressions}</button><button data-mood="balance">${balance}</button></div>`;
  const figures = chartsOf(mode).map(({ name, title, lines }) => {
    const legend = lines.map(
      ({ name, word, dash = [] }) =>
        `<span><svg width="22" height="4" aria-hidden="true"><path d="M0 2H22" stroke="var(--${name})"
        stroke-width="3" stroke-dasharray="${dash}"/></svg> ${safe(word)}</span>`,
    );
    return `<figure data-chart="${name}"><figcaption><strong>${safe(title)}</strong>
      <span class="legend">${lines.length > 1 ? legend.join(" ") : ""}</span></figcaption>
      <div class="place"></div></figure>`;
  });
  return `<div class="timeline-tools">${mode === "camera" ? mood : ""}
    <div class="switch" role="group" aria-label="${timeShown}">
      <button data-span>${last}</button><button data-span>${whole}</button></div></div>
    <div class="charts" tabindex="0" role="group" aria-label="${charts}">
      ${figures.join("")}</div>
    <p class="readout" role="status"></p>`;
}

/**
 * A text as HTML has it.
 * @param {string} text
 */
const safe = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * uPlot's options for a chart.
 *
 * @param {Kind} kind
 * @param {Pick<uPlot.Options, "width" | "height" | "cursor" | "hooks"> & {above: () => number,
 *   span: () => [number, number]}} given as uPlot has them; `above`: CSS pixels to leave free above
 *   the plotting area; `span`: [from, to] of the time to show
 * @returns {uPlot.Options}
 */
export function optionsOf(kind, { above, span, cursor, ...given }) {
  const axis = {
    stroke: () => colour("soft"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  return {
    ...given,
    padding: [() => TOP + above(), RIGHT, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false, dist: 5 }, ...cursor },
    scales: { x: { range: span }, y: { range: kind.range } },
    axes: [
      {
        ...axis,
        size: 30,
        gap: 8,
        space: 76, // CSS pixels: a time with its seconds has room
        incrs: [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400],
        values: (_, ticks, axisIndex, space, step) => ticks.map(step < 60 ? exactClock : clock),
      },
      {
        ...axis,
        size: LEFT,
        gap: 4,
        space: 24,
        incrs: kind.steps,
        values: (_, ticks) => ticks.map(kind.tick),
      },
    ],
    series: [
      {},
      ...kind.lines.map(({ name, dash }) => ({
        stroke: () => colour(name),
        width: 2,
        dash,
        points: { show: false },
      })),
    ],
  };
}

/**
 * A colour of the style sheet as it is now: light, dark or for paper.
 * @param {string} name
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
