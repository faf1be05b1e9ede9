/** The charts of a timeline: what each shows, and its options.
 *
 * @import uPlot from "uplot"
 * @import { Item } from "../shared/bars.js"
 * @import { Mode, Pace } from "../shared/contract.js"
 * @import { Drawn } from "../shared/looks.js"
 * @import { Row } from "./rows.js"
 *
 * @typedef {object} Shown
 * @property {(row: Row) => number | null} value
 * @property {boolean} [isFilled] down to zero
 * @property {boolean} [isOff] until somebody asks for it
 *
 * @typedef {Item & Drawn & Shown} Line
 *
 * @typedef {object} Kind of a chart
 * @property {string} name
 * @property {string} title
 * @property {boolean} isPrinted
 * @property {boolean} inDetail of looks: each expression, and not only in which groups they are
 * @property {Line[]} lines the most important first
 * @property {(plot: uPlot, least: number, most: number) => [number, number]} range
 * @property {number[]} steps
 * @property {(value: number) => string} tick
 * @property {(row: Row) => boolean} hidden whether something of a row is not shown
 */

import { clock, exactClock, percent } from "../shared/figures.js";
import { PACE_TOLD } from "../shared/labels.js";
import { looks, shareOf } from "../shared/looks.js";
import { gettext } from "../shared/texts.js";

const TOP = 8; // CSS pixels above a chart, for the upper half of its uppermost figure
const LEFT = 44; // CSS pixels for the figures, the same in all charts
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]; // steps of numbers of students
const FAINT = "2e"; // of a colour, as its last two digits: lines are seen through an area

const dotted = [2, 3];
const dashed = [7, 3];

/** @type {Pick<Kind, "range" | "steps" | "tick">} */
const IN_SHARES = { range: () => [0, 1], steps: [0.25, 0.5], tick: percent };
/** @type {Pick<Kind, "range" | "steps" | "tick">} */
const IN_STUDENTS = {
  range: (_, least, most) => [0, 1.1 * Math.max(4, most ?? 0)], // with some air above
  steps: WHOLE,
  tick: String,
};
/** @type {Kind["hidden"]} */
const areLooksHidden = (row) => row.shares === null && row.suppressed !== null;

/** @type {Kind} */
const SAID = {
  name: "said",
  title: gettext("What students say"),
  isPrinted: true,
  inDetail: false,
  lines: [
    { ...sayers("lost"), isFilled: true },
    sayers("slow_down"),
    { ...sayers("fine"), dash: dotted },
    { ...sayers("speed_up"), dash: dashed, isOff: true },
  ],
  ...IN_STUDENTS,
  hidden: (row) => row.students !== null && row.pace === null,
};
/** @type {() => Kind} */
const inGroups = () => ({
  name: "looks",
  title: gettext("How the class looks"),
  isPrinted: true,
  inDetail: false,
  lines: looks.groups.map((group) => ({
    ...group,
    value: ({ shares }) => shares && looks.grouped(shares)[group.name],
    isOff: group.isAside,
  })),
  ...IN_SHARES,
  hidden: areLooksHidden,
});
/** @type {() => Kind} */
const expressions = () => ({
  name: "expressions",
  title: gettext("Each expression"),
  isPrinted: false,
  inDetail: true,
  lines: looks.emotions.map((emotion) => ({
    ...emotion,
    value: ({ shares }) => shares && shareOf(shares, emotion.name),
  })),
  ...IN_SHARES,
  hidden: areLooksHidden,
});
/** @type {Kind} */
const PRESENCE = {
  name: "presence",
  title: gettext("Who is here"),
  isPrinted: false,
  inDetail: false,
  lines: [
    lineOf("students", gettext("students"), ({ students }) => students),
    { ...lineOf("seen", gettext("faces read"), ({ seen }) => seen), dash: dashed },
  ],
  ...IN_STUDENTS,
  hidden: () => false,
};

/**
 * How many students say so.
 * @param {Pace} name
 */
function sayers(name) {
  return lineOf(name, PACE_TOLD[name], ({ pace }) => pace && pace[name]);
}

/**
 * In the colour of its name.
 * @param {string} name
 * @param {string} word
 * @param {Line["value"]} value
 * @returns {Line}
 */
function lineOf(name, word, value) {
  return { name, word, colour: name, value };
}

/**
 * The charts of a mode, of which one is shown at a time: first the one that is shown first. They have
 * lines for the looks that the page knows.
 * @param {Mode} mode
 */
export function chartsOf(mode) {
  if (mode === "camera") return [SAID, inGroups(), expressions(), PRESENCE];
  return [SAID, { ...PRESENCE, lines: PRESENCE.lines.slice(0, 1) }];
}

/**
 * uPlot's options for a chart.
 *
 * @param {Kind} kind
 * @param {Pick<uPlot.Options, "width" | "height" | "cursor" | "hooks"> & {
 *   colour: (name: string) => string, isShown: (line: Line) => boolean, above: () => number,
 *   beside: (plot: uPlot) => number, span: () => [number, number]}} given as uPlot has them; `colour`: six
 *   digits; `above` and `beside`: CSS pixels to leave free above and on the right of the plotting
 *   area; `span`: [from, to] of the time to show
 * @returns {uPlot.Options}
 */
export function optionsOf(kind, { colour, isShown, above, beside, span, cursor, ...given }) {
  const axis = {
    stroke: () => colour("soft"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  return {
    ...given,
    padding: [() => TOP + above(), beside, 0, 0],
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
      ...kind.lines.map((line) => ({
        show: isShown(line),
        stroke: () => colour(line.colour),
        fill: line.isFilled ? () => colour(line.colour) + FAINT : undefined,
        width: 2,
        dash: line.dash,
        points: { show: false },
      })),
    ],
  };
}
