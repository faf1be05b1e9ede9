/** What is drawn on a chart besides its lines: their names, hidden stretches, and what happened.
 *
 * @import { AlertKind } from "../shared/contract.js"
 * @import { Events, Flag, Span } from "./events.js"
 *
 * @typedef {(name: string) => string} Colour of the style sheet
 *
 * @typedef {object} End of a line
 * @property {string} colour its name
 * @property {string} word
 * @property {number[]} [dash]
 * @property {number} t
 * @property {number} value
 */

import uPlot from "uplot";

import { ALERT_WORDS } from "../shared/alert-words.js";
import { gettext } from "../shared/texts.js";
import { lanesOf, layOut, shortened, spread } from "./places.js";

const FONT = "12px system-ui, sans-serif";
const LINE = 16; // CSS pixels from one line of text to the next
const LANES = 3; // lines of text that notes and questions may take above a chart
const ALERT = 19; // CSS pixels for the words of an alert and its bar
const BAR = 3; // CSS pixels: the height of the bar
const HATCH = 7; // CSS pixels between two lines of the hatching
const POLE = 10; // CSS pixels: the size of a flag without words
const MOST_NAME = 120; // CSS pixels of a line's name: a label of a model may be long
const LEADER = 12; // CSS pixels from a line's end to its name
const MARGIN = 30; // CSS pixels on the right of a chart, for half of a time

/** @type {Record<AlertKind, string>} */
const ALERT_COLOURS = { many_lost: "lost", mood_dropped: "unhappy", faces_gone: "soft" };

/**
 * Hatch stretches over the chart's whole height, and say "hidden" where it fits.
 * @param {uPlot} chart
 * @param {[number, number][]} stretches [from, to] of each
 * @param {Colour} colour
 */
export function drawHidden(chart, stretches, colour) {
  const ink = colour("ink");
  draw(chart, (context, { left, top, width, height }) => {
    for (const [from, to] of stretches) {
      const start = Math.max(left, left + chart.valToPos(from, "x"));
      const end = Math.min(left + width, left + chart.valToPos(to, "x"));
      if (end <= start) continue;
      context.save();
      context.beginPath();
      context.rect(start, top, end - start, height);
      context.clip();
      context.strokeStyle = ink;
      context.globalAlpha = 0.25;
      context.beginPath();
      // The lines hang on the chart, not on the stretch: they stand still while it grows.
      const first = Math.floor((start - top - height) / HATCH) * HATCH + top;
      for (let x = first; x < end; x += HATCH) {
        context.moveTo(x, top + height);
        context.lineTo(x + height, top);
      }
      context.stroke();
      context.restore();
      const word = gettext("hidden");
      const wide = context.measureText(word).width;
      if (end - start < wide + 12) continue;
      const middle = (start + end) / 2;
      write(context, word, middle - wide / 2, top + height / 2 + 4, wide, colour);
    }
  });
}

/**
 * CSS pixels above a chart that the words of these take.
 * @param {Events} events
 */
export const headroom = ({ flags, alerts }) =>
  LINE * flagLanes(flags) + ALERT * lanesOf(alerts).count;

/** @param {Flag[]} flags */
const flagLanes = (flags) => Math.min(flags.filter(({ text }) => text).length, LANES);

/**
 * A line for each note and question, its text in the headroom where there is a place for it; a bar
 * for the time of each alert, below those.
 * @param {uPlot} chart
 * @param {Events} events
 * @param {Colour} colour
 */
export function drawEvents(chart, events, colour) {
  draw(chart, (context, area) => {
    const { left, top, width } = area;
    const placeOf = (/** @type {number} */ t) => left + chart.valToPos(t, "x");
    const { placed } = lanesOf(events.alerts);
    for (const [index, { alert, lane }] of placed.entries()) {
      const start = Math.max(left, placeOf(alert.since));
      const end = Math.min(left + width, placeOf(alert.until));
      if (end <= start) continue;
      const above = top - (lane + 1) * ALERT;
      drawAlert(context, area, alert, [start, end], above, colour);
      const next = placed.slice(index + 1).find((other) => other.lane === lane);
      const most = (next ? placeOf(next.alert.since) : chart.width) - start;
      const word = ALERT_WORDS[alert.kind];
      const wide = context.measureText(word).width;
      if (wide + 6 < most) write(context, word, start + 2, above + 11, wide, colour);
    }
    const flags = events.flags
      .map(({ t, text }) => ({ text, x: placeOf(t) }))
      .filter(({ x }) => x >= left && x <= left + width);
    const lanes = { above: top - headroom(events), count: flagLanes(events.flags) };
    drawFlags(context, area, flags, lanes, chart.width, colour);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {uPlot.BBox} area
 * @param {Span} alert
 * @param {[number, number]} place [start, end]
 * @param {number} above the top of its lane
 * @param {Colour} colour
 */
function drawAlert(context, { top, height }, { kind }, [start, end], above, colour) {
  const bar = above + ALERT - BAR;
  context.fillStyle = colour(ALERT_COLOURS[kind]);
  context.globalAlpha = 0.1;
  context.fillRect(start, bar, end - start, top + height - bar);
  context.globalAlpha = 1;
  context.fillRect(start, bar, end - start, BAR);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {uPlot.BBox} area
 * @param {{text: string, x: number}[]} flags those that are in the area
 * @param {{above: number, count: number}} lanes above: the top of the first
 * @param {number} right where texts have to end
 * @param {Colour} colour
 */
function drawFlags(context, { left, top, width, height }, flags, lanes, right, colour) {
  context.fillStyle = colour("ink");
  const poleFrom = (/** @type {number} */ x, /** @type {number} */ y) =>
    context.fillRect(Math.round(x), y, 1, top + height - y);
  for (const { x, text } of flags) {
    poleFrom(x, top);
    if (!text) drawPennant(context, Math.round(x), top);
  }
  const texts = flags
    .filter(({ text }) => text)
    .map(({ text, x }) => {
      const short = shortened(text, (part) => context.measureText(part).width, width / 2);
      return { text: short, pole: x, width: context.measureText(short).width };
    });
  const placed = layOut(texts, left, right, lanes.count);
  for (const { pole, lane } of placed) poleFrom(pole, lanes.above + lane * LINE);
  for (const { text, x, width: wide, lane } of placed) {
    write(context, text, x, lanes.above + 12 + lane * LINE, wide, colour);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 */
function drawPennant(context, x, y) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + POLE, y + POLE / 2);
  context.lineTo(x, y + POLE);
  context.fill();
}

/**
 * CSS pixels beside a chart that the names of its lines take.
 * @param {uPlot} chart
 * @param {{word: string}[]} lines
 */
export function sideroom(chart, lines) {
  const context = chart.ctx;
  context.save();
  context.font = FONT;
  const widths = lines.map(({ word }) => context.measureText(nameIn(chart, word)).width);
  context.restore();
  return Math.max(MARGIN, LEADER + Math.ceil(Math.max(0, ...widths)) + 4);
}

/**
 * The name of each line at its end, with a piece of the line that leads to it.
 * @param {uPlot} chart
 * @param {End[]} ends the most important first
 * @param {Colour} colour
 */
export function drawNames(chart, ends, colour) {
  draw(chart, (context, { left, top, height }) => {
    const wanted = ends.map(({ value }) => top + chart.valToPos(value, "y"));
    const places = spread(wanted, LINE - 2, top, top + height);
    for (const [index, { colour: own, word, dash = [], t }] of ends.entries()) {
      const y = places[index];
      if (y === null) continue;
      const x = left + chart.valToPos(t, "x");
      context.strokeStyle = colour(own);
      context.lineWidth = 2;
      context.setLineDash(dash);
      context.beginPath();
      context.moveTo(x, wanted[index]);
      context.lineTo(x + LEADER - 2, y);
      context.stroke();
      const name = nameIn(chart, word);
      write(context, name, x + LEADER, y + 4, context.measureText(name).width, colour);
    }
  });
}

/**
 * The name of a line, which leaves the chart its place.
 * @param {uPlot} chart
 * @param {string} word
 */
const nameIn = ({ ctx: context, width }, word) =>
  shortened(word, (part) => context.measureText(part).width, Math.min(width / 4, MOST_NAME));

/**
 * Draw in CSS pixels; `paint` gets the chart's plotting area.
 * @param {uPlot} chart
 * @param {(context: CanvasRenderingContext2D, area: uPlot.BBox) => void} paint
 */
function draw(chart, paint) {
  const { ctx: context, bbox } = chart;
  const ratio = uPlot.pxRatio;
  context.save();
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.setLineDash([]);
  context.lineWidth = 1;
  paint(context, {
    left: bbox.left / ratio,
    top: bbox.top / ratio,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
  });
  context.restore();
}

/**
 * Text on a ground of its own, so that lines behind it leave it readable.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {Colour} colour
 */
function write(context, text, x, y, width, colour) {
  context.globalAlpha = 0.85;
  context.fillStyle = colour("card");
  context.fillRect(x - 2, y - 12, width + 4, LINE);
  context.globalAlpha = 1;
  context.fillStyle = colour("ink");
  context.fillText(text, x, y);
}
