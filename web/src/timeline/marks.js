/** What is drawn on a chart besides its lines: hidden stretches and the teacher's markers.
 *
 * @import { Marker } from "../shared/contract.js"
 *
 * @typedef {{ink: string, card: string}} Colours of the style sheet
 */

import uPlot from "uplot";

import { gettext } from "../shared/texts.js";

const FONT = "12px system-ui, sans-serif";
const LINE = 16; // CSS pixels from one line of text to the next
const LANES = 3; // lines of text that markers may take above a chart
const HATCH = 7; // CSS pixels between two lines of the hatching

/**
 * Hatch stretches over the chart's whole height, and say "hidden" where it fits.
 * @param {uPlot} chart
 * @param {[number, number][]} stretches [from, to] of each
 * @param {Colours} colours
 */
export function drawHidden(chart, stretches, { ink, card }) {
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
      write(context, word, middle - wide / 2, top + height / 2 + 4, wide, ink, card);
    }
  });
}

/**
 * CSS pixels above a chart that the texts of so many markers take.
 * @param {number} markers
 */
export const headroom = (markers) => LINE * Math.min(markers, LANES);

/**
 * A line a marker; `withText`: and its text in the headroom, where there is a place for it.
 * @param {uPlot} chart
 * @param {Marker[]} markers
 * @param {boolean} withText
 * @param {Colours} colours
 */
export function drawMarkers(chart, markers, withText, { ink, card }) {
  draw(chart, (context, { left, top, width, height }) => {
    const right = left + width;
    const shown = markers
      .map(({ t, text }) => ({ text, x: left + chart.valToPos(t, "x") }))
      .filter(({ x }) => x >= left && x <= right);
    const lineFrom = (/** @type {number} */ x, /** @type {number} */ y) =>
      context.fillRect(Math.round(x), y, 1, top + height - y);
    context.fillStyle = ink;
    for (const { x } of shown) lineFrom(x, top);
    if (!withText) return;
    const above = top - headroom(markers.length);
    const texts = shown.map(({ text, x }) => {
      const short = shortened(text, (part) => context.measureText(part).width, width / 2);
      return { text: short, marker: x, width: context.measureText(short).width };
    });
    const placed = layOut(texts, left, right, Math.min(markers.length, LANES));
    for (const { marker, lane } of placed) lineFrom(marker, above + lane * LINE);
    for (const { text, x, width: wide, lane } of placed) {
      write(context, text, x, above + 12 + lane * LINE, wide, ink, card);
    }
  });
}

/**
 * Texts beside their lines, each in the first lane in which it covers no other; those that fit in
 * no lane are left out.
 *
 * @param {{text: string, marker: number, width: number}[]} texts from left to right; marker: where
 *   the line is
 * @param {number} left
 * @param {number} right
 * @param {number} lanes
 */
export function layOut(texts, left, right, lanes) {
  const ends = Array(lanes).fill(-Infinity);
  const placed = [];
  for (const { text, marker, width } of texts) {
    const start = Math.max(left, Math.min(marker + 4, right - width - 2));
    const lane = ends.findIndex((end) => end < start);
    if (lane < 0) continue;
    ends[lane] = start + width + 6;
    placed.push({ text, marker, x: start, width, lane });
  }
  return placed;
}

/**
 * As much of a text as is at most `most` wide.
 * @param {string} text
 * @param {(text: string) => number} widthOf
 * @param {number} most
 */
export function shortened(text, widthOf, most) {
  if (widthOf(text) <= most) return text;
  let length = text.length;
  while (length > 1 && widthOf(`${text.slice(0, length)}…`) > most) length--;
  return `${text.slice(0, length).trimEnd()}…`;
}

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
 * @param {string} ink
 * @param {string} card
 */
function write(context, text, x, y, width, ink, card) {
  context.globalAlpha = 0.85;
  context.fillStyle = card;
  context.fillRect(x - 2, y - 12, width + 4, LINE);
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.fillText(text, x, y);
}
