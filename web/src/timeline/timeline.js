/** A class over time, one chart at a time: what it says, how it looks, who is here; or as a table.
 *
 * @import { Marker, Mode, Point, View } from "../shared/contract.js"
 * @import { Kind } from "./charts.js"
 * @import { Events } from "./events.js"
 * @import { End } from "./marks.js"
 * @import { Look } from "../shared/looks.js"
 * @import { Row } from "./rows.js"
 * @import { Column } from "./table.js"
 *
 * @typedef {object} Chart
 * @property {Kind} kind
 * @property {HTMLElement} figure
 * @property {HTMLElement} place
 * @property {uPlot | null} plot null until it is first drawn
 * @property {boolean} isDrawn
 *
 * @typedef {object} Course of a class: what a timeline draws. It is read anew for each drawing, and
 *   never changed from here.
 * @property {Mode} mode
 * @property {Point[]} points in the order of time
 * @property {Marker[]} markers
 * @property {Present} [present] of a class that goes on
 *
 * @typedef {object} Present
 * @property {View | null} view the newest, for the time since the last point; null while nothing is
 *   known of it
 * @property {number} now the server's time
 */

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";

import { POINT_SECONDS } from "../shared/contract.js";
import { looks } from "../shared/looks.js";
import { findIn } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { chartsOf, optionsOf } from "./charts.js";
import { Choices, LAST, TABLE } from "./choices.js";
import { eventsOf, toldAt } from "./events.js";
import { frameOf } from "./frame.js";
import { drawEvents, drawHidden, drawNames, headroom, sideroom } from "./marks.js";
import { minutesOf } from "./minutes.js";
import { endOf, rowAt, rowsOf, stretchesOf } from "./rows.js";
import { columnsOf, showMinutes } from "./table.js";
import { describe } from "./words.js";

const LEAST = 5 * 60; // seconds that a class shows from its start on
const LEAST_ZOOM = 30; // seconds
const TICK_MILLISECONDS = 1000;
const PRINT_WIDTH = 680; // CSS pixels: A4 and Letter between their margins
const HEIGHT = 160; // CSS pixels of a chart without what stands above it
const WIDE = 700; // CSS pixels from which on charts are higher
const NAMED = 340; // CSS pixels from which on there is room for the names of lines beside them

export class Timeline {
  #element;
  /** @type {Choices} */
  #choices;
  /** @type {Chart[]} */
  #charts = [];
  /** @type {Column[]} */
  #columns = [];
  /** @type {Look[]} */
  #emotions = []; // that the charts have lines for
  #course;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Events} */
  #events = { flags: [], alerts: [] };
  /** @type {Map<string, string>} */
  #colours = new Map(); // of the style sheet, as this drawing began: light, dark or for paper
  /** @type {number | null} */
  #at = null; // the time that is read
  #frame = 0; // of the next drawing; 0 for none
  #ticking = 0; // the timer of a class that goes on; 0 for none
  #drawing = false;
  #drawnAt = 0; // server's time
  #width = 0; // CSS pixels; 0: not laid out, or nothing is known yet
  #printing = false;
  #watch = new ResizeObserver(([{ contentRect }]) => {
    const width = Math.round(contentRect.width);
    if (width === this.#width) return; // a longer text is no new width
    this.#width = width;
    this.#drawSoon();
  });
  #closed = new AbortController();
  #setPlaced = () => {};
  /**
   * Resolves when all charts have their places, drawn or not: then they move nothing any more.
   * @type {Promise<void>}
   */
  placed = new Promise((resolve) => (this.#setPlaced = resolve));

  /**
   * @param {HTMLElement} element to draw in
   * @param {Course} course
   */
  constructor(element, course) {
    this.#element = element;
    this.#course = course;
    element.classList.add("timeline");
    this.#choices = this.#build();
    this.#listen();
  }

  /** Make all elements, for the looks that the page knows now. */
  #build() {
    const { mode, present } = this.#course;
    const kinds = chartsOf(mode);
    for (const { plot } of this.#charts) plot?.destroy();
    this.#emotions = looks.emotions;
    this.#columns = columnsOf(mode);
    this.#element.innerHTML = frameOf(kinds, this.#columns, present !== undefined);
    this.#charts = kinds.map((kind) => {
      const figure = findIn(this.#element, `[data-chart=${kind.name}]`);
      return { kind, figure, place: findIn(figure, ".place"), plot: null, isDrawn: false };
    });
    const charts = findIn(this.#element, ".charts");
    charts.addEventListener("keydown", (event) => this.#onKey(event));
    charts.addEventListener("blur", () => this.#read(null));
    return new Choices(this.#element, kinds, () => this.#drawSoon());
  }

  /** Draw the course anew, with the next frame. Points can wait: time draws them as it goes on. */
  update() {
    this.#watch.observe(this.#element); // it is drawn as soon as it is laid out
    if (this.#course.present) {
      this.#ticking ||= setInterval(() => this.#tick(), TICK_MILLISECONDS);
    }
    this.#drawSoon();
  }

  close() {
    this.#closed.abort();
    this.#watch.disconnect();
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frame);
    for (const { plot } of this.#charts) plot?.destroy();
    this.#element.replaceChildren();
  }

  /**
   * @param {Chart} chart
   * @param {{width: number, height: number}} size
   */
  #plot({ kind, place }, size) {
    const colour = (/** @type {string} */ name) => this.#colour(name);
    const hidden = () => stretchesOf(this.#rows, kind.hidden);
    const showWhole = () => {
      this.#show(null);
      return null;
    };
    const options = optionsOf(kind, {
      ...size,
      colour,
      isShown: (line) => this.#choices.lines.has(line),
      above: () => headroom(this.#events),
      beside: (plot) => sideroom(plot, this.#named(kind)),
      span: () => this.#span(),
      cursor: { bind: { dblclick: () => showWhole } },
      hooks: {
        drawAxes: [(plot) => drawHidden(plot, hidden(), colour)],
        draw: [
          (plot) => drawEvents(plot, this.#events, colour),
          (plot) => drawNames(plot, this.#ends(kind), colour),
        ],
        setCursor: [(plot) => this.#onCursor(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
      },
    });
    return new uPlot(options, this.#dataOf(kind), place);
  }

  #listen() {
    const { signal } = this.#closed;
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", () => this.#drawSoon(), { signal });
    }
    // A canvas is printed as it was drawn: draw it for paper before, at once.
    const print = (/** @type {boolean} */ printing) => () => {
      this.#printing = printing;
      document.documentElement.classList.toggle("printing", printing);
      this.#drawSoon();
      this.#draw();
    };
    window.addEventListener("beforeprint", print(true), { signal });
    window.addEventListener("afterprint", print(false), { signal });
  }

  /** Time goes on; it is drawn only where that moves the charts by a pixel. */
  #tick() {
    this.#readCourse();
    const [from, to] = this.#span();
    if (this.#now() - this.#drawnAt >= (to - from) / this.#width) this.#drawSoon();
  }

  /** Draw with the next frame: once for all that asks for it, never while the page is hidden. */
  #drawSoon() {
    for (const chart of this.#charts) chart.isDrawn = false;
    this.#goOnSoon();
  }

  #goOnSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#width === 0 && !this.#printing) return;
    if (looks.emotions !== this.#emotions) this.#choices = this.#build().like(this.#choices);
    this.#drawing = true;
    this.#drawnAt = this.#now();
    this.#colours.clear();
    this.#readCourse();
    this.#showChosen();
    let hasNew = false;
    for (const chart of this.#charts) {
      const { kind, figure, place, plot } = chart;
      if (figure.hidden || chart.isDrawn) continue;
      const size = this.#size();
      place.style.height = `${size.height}px`;
      if (plot !== null) {
        plot.batch(() => {
          if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
          for (const [index, line] of kind.lines.entries()) {
            const show = this.#choices.lines.has(line);
            if (plot.series[index + 1].show !== show) plot.setSeries(index + 1, { show });
          }
          plot.setData(this.#dataOf(kind));
        });
      } else {
        chart.plot = this.#plot(chart, size);
        hasNew = true;
      }
      chart.isDrawn = true;
    }
    if (hasNew) {
      this.#goOnSoon(); // a new one cannot tell before the next frame where a time is
    } else {
      this.#read(this.#at);
      this.#drawing = false;
    }
    this.#setPlaced();
  }

  /** Show what was chosen; on paper, the charts that belong there. */
  #showChosen() {
    const element = this.#element;
    this.#choices.show();
    for (const { kind, figure } of this.#charts) {
      figure.hidden = this.#printing ? !kind.isPrinted : kind !== this.#choices.kind;
    }
    const asTable = this.#choices.view === TABLE && !this.#printing;
    findIn(element, ".charts").hidden = asTable;
    findIn(element, ".readout").hidden = asTable;
    const minutes = findIn(element, ".minutes");
    const wasHidden = minutes.hidden;
    minutes.hidden = !asTable;
    if (!asTable) return;
    const table = findIn(minutes, "table", HTMLTableElement);
    showMinutes(table, this.#columns, minutesOf(this.#course.points, this.#events, this.#span()));
    if (wasHidden && this.#course.present) minutes.scrollTop = minutes.scrollHeight; // to now
  }

  /**
   * What uPlot draws: the times, and the values of each line.
   * @param {Kind} kind
   * @returns {uPlot.AlignedData}
   */
  #dataOf({ lines }) {
    return [this.#rows.map(({ t }) => t), ...lines.map(({ value }) => this.#rows.map(value))];
  }

  #size() {
    const width = this.#printing ? PRINT_WIDTH : this.#width;
    const own = Math.round(width < WIDE ? HEIGHT : 1.3 * HEIGHT);
    return { width, height: own + headroom(this.#events) };
  }

  /**
   * The lines of a chart that have their names beside them.
   * @param {Kind} kind
   */
  #named({ lines }) {
    if (this.#size().width < NAMED) return [];
    return lines.filter((line) => this.#choices.lines.has(line));
  }

  /**
   * Where each of these lines ends within the time that is shown.
   * @param {Kind} kind
   */
  #ends(kind) {
    const [from, to] = this.#span();
    /** @type {End[]} */
    const ends = [];
    for (const line of this.#named(kind)) {
      const end = endOf(this.#rows, line.value, from, to);
      if (end) ends.push({ ...line, ...end });
    }
    return ends;
  }

  /**
   * A colour of the style sheet.
   * @param {string} name
   */
  #colour(name) {
    let colour = this.#colours.get(name);
    if (colour === undefined) {
      colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      this.#colours.set(name, colour);
    }
    return colour;
  }

  #readCourse() {
    const { points, present } = this.#course;
    this.#rows = rowsOf(points, present?.view ?? null, this.#now());
    this.#events = eventsOf(this.#course);
  }

  #now() {
    return this.#course.present?.now ?? Date.now() / 1000;
  }

  /**
   * [from, to] of the time that is shown.
   * @returns {[number, number]}
   */
  #span() {
    const { zoom } = this.#choices;
    if (Array.isArray(zoom)) return zoom;
    const { points, markers, present } = this.#course;
    const starts = [points, this.#rows, markers].flatMap(([first]) => first?.t ?? []);
    const first = Math.min(...starts, this.#now());
    const end = present?.now ?? this.#rows.at(-1)?.t ?? first;
    const from = zoom === LAST ? Math.max(first, end - LAST) : first;
    return [from, Math.max(end, from + (present ? LEAST : LEAST_ZOOM))];
  }

  /** @param {[number, number] | null} zoom */
  #show(zoom) {
    this.#choices.zoom = zoom;
    this.#at = null;
    this.#drawSoon();
  }

  // Reading and zooming

  /** @param {uPlot} plot */
  #onSelect(plot) {
    const { left, width } = plot.select;
    if (width === 0) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    const more = Math.max(0, LEAST_ZOOM - (to - from)) / 2;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#show([from - more, to + more]);
  }

  /** @param {uPlot} plot */
  #onCursor(plot) {
    if (this.#drawing) return; // not by hand
    const { left = -1 } = plot.cursor;
    this.#at = left < 0 ? null : plot.posToVal(left, "x");
    this.#say();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = event.shiftKey ? 6 * POINT_SECONDS : POINT_SECONDS;
    const [first, end] = this.#span();
    const last = Math.min(end, this.#course.present?.now ?? this.#rows.at(-1)?.t ?? end);
    const at = this.#at ?? last;
    /** @type {Record<string, () => void>} */
    const steps = {
      ArrowLeft: () => this.#read(Math.max(first, at - step)),
      ArrowRight: () => this.#read(Math.min(last, at + step)),
      Home: () => this.#read(first),
      End: () => this.#read(last),
      Escape: () => this.#show(null),
    };
    if (!steps[event.key]) return;
    event.preventDefault();
    steps[event.key]();
  }

  /**
   * Read the time `at` in the chart, or none.
   * @param {number | null} at
   */
  #read(at) {
    this.#at = at;
    for (const { figure, plot } of this.#charts) {
      if (figure.hidden || !plot) continue;
      plot.setCursor({ left: at === null ? -10 : plot.valToPos(at, "x"), top: 0 }, false);
    }
    this.#say();
  }

  #say() {
    const readout = findIn(this.#element, ".readout");
    const text =
      this.#at === null
        ? gettext(
            "Point at the chart, or use the arrow keys on it, to read what was when. Drag to zoom.",
          )
        : describe(
            rowAt(this.#rows, this.#at),
            this.#at,
            toldAt(this.#events, this.#at),
            this.#choices.kind?.inDetail ?? false,
          );
    if (readout.textContent !== text) readout.textContent = text;
  }
}
