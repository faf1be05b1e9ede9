/** A class over time: how it looks, what it says and who is here, on one axis of time.
 *
 * @import { Marker, Mode, Point, View } from "../shared/contract.js"
 * @import { Kind } from "./charts.js"
 * @import { Row } from "./rows.js"
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
import { findAll, findIn } from "../shared/page.js";
import { chartsOf, colour, frameOf, optionsOf } from "./charts.js";
import { drawHidden, drawMarkers, headroom } from "./marks.js";
import { gettext } from "../shared/texts.js";
import { describe, rowAt, rowsOf, stretchesOf } from "./rows.js";

const LAST = 15 * 60; // seconds that "Last 15 minutes" shows
const LEAST = 5 * 60; // seconds that a class shows from its start on
const LEAST_ZOOM = 30; // seconds
const TICK_MILLISECONDS = 1000;
const PRINT_WIDTH = 680; // CSS pixels: A4 and Letter between their margins
const WIDE = 700; // CSS pixels from which on charts are higher

let made = 0; // timelines, for the names of their cursors

export class Timeline {
  #element;
  #sync = { key: `timeline ${++made}` }; // one cursor for this timeline's charts
  #charts;
  #course;
  /** @type {Row[]} */
  #rows = [];
  /** @type {[number, number] | typeof LAST | null} */
  #zoom = null; // null for the whole class
  /** @type {number | null} */
  #at = null; // the time that is read
  #mood = "shares";
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
    const { mode } = course;
    this.#element = element;
    this.#course = course;
    element.classList.add("timeline");
    element.innerHTML = frameOf(mode);
    this.#charts = chartsOf(mode).map((kind) => {
      const figure = findIn(element, `[data-chart=${kind.name}]`);
      /** @type {Chart} */
      const chart = { kind, figure, place: findIn(figure, ".place"), plot: null, isDrawn: false };
      return chart;
    });
    this.#listen();
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
  #plot({ kind, figure, place }, size) {
    const colours = () => ({ ink: colour("ink"), card: colour("card") });
    const hidden = () => stretchesOf(this.#rows, kind.hidden);
    const showWhole = () => {
      this.#show(null);
      return null;
    };
    const options = optionsOf(kind, {
      ...size,
      above: () => this.#above(figure),
      span: () => this.#span(),
      cursor: { sync: this.#sync, bind: { dblclick: () => showWhole } },
      hooks: {
        drawAxes: [(plot) => drawHidden(plot, hidden(), colours())],
        draw: [(plot) => drawMarkers(plot, this.#course.markers, this.#isOnTop(figure), colours())],
        setCursor: [(plot) => this.#onCursor(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
      },
    });
    return new uPlot(options, this.#dataOf(kind), place);
  }

  #listen() {
    const { signal } = this.#closed;
    const element = this.#element;
    for (const button of findAll(element, "[data-mood]")) {
      button.addEventListener("click", () => {
        this.#mood = button.dataset.mood ?? "";
        this.#drawSoon();
      });
    }
    const [last, whole] = findAll(element, "[data-span]");
    last.addEventListener("click", () => this.#show(LAST));
    whole.addEventListener("click", () => this.#show(null));
    const charts = findIn(element, ".charts");
    charts.addEventListener("keydown", (event) => this.#onKey(event));
    charts.addEventListener("blur", () => this.#read(null));
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
    this.#readRows();
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
    const element = this.#element;
    if (this.#width === 0 && !this.#printing) return;
    this.#drawing = true;
    this.#drawnAt = this.#now();
    this.#readRows();
    for (const { kind, figure } of this.#charts) {
      figure.hidden = kind.isMood && kind.name !== this.#mood;
    }
    for (const button of findAll(element, "[data-mood]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mood === this.#mood));
    }
    const [last, whole] = findAll(element, "[data-span]");
    last.setAttribute("aria-pressed", String(this.#zoom === LAST));
    whole.setAttribute("aria-pressed", String(this.#zoom === null));
    let hasNew = false;
    for (const chart of this.#charts) {
      const { kind, figure, place, plot } = chart;
      if (figure.hidden || chart.isDrawn) continue;
      const size = this.#size(kind, figure);
      place.style.height = `${size.height}px`;
      if (plot !== null) {
        plot.batch(() => {
          if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
          plot.setData(this.#dataOf(kind));
        });
      } else if (!hasNew || this.#printing) {
        chart.plot = this.#plot(chart, size);
        hasNew = true;
      } else {
        this.#goOnSoon(); // one new chart a frame: a slow machine answers in between
        continue;
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

  /**
   * What uPlot draws: the times, and the values of each line.
   * @param {Kind} kind
   * @returns {uPlot.AlignedData}
   */
  #dataOf({ lines }) {
    return [this.#rows.map(({ t }) => t), ...lines.map(({ value }) => this.#rows.map(value))];
  }

  /**
   * @param {Kind} kind
   * @param {HTMLElement} figure
   */
  #size({ height }, figure) {
    const width = this.#printing ? PRINT_WIDTH : this.#width;
    const own = Math.round(width < WIDE ? height : 1.3 * height);
    return { width, height: own + this.#above(figure) };
  }

  /**
   * CSS pixels above the plotting area of a chart, for the markers' texts.
   * @param {HTMLElement} figure
   */
  #above(figure) {
    return this.#isOnTop(figure) ? headroom(this.#course.markers.length) : 0;
  }

  /**
   * Whether this is the first chart that is shown, which has the markers' texts.
   * @param {HTMLElement} figure
   */
  #isOnTop(figure) {
    return figure === this.#element.querySelector("figure:not([hidden])");
  }

  #readRows() {
    const { points, present } = this.#course;
    this.#rows = rowsOf(points, present?.view ?? null, this.#now());
  }

  #now() {
    return this.#course.present?.now ?? Date.now() / 1000;
  }

  /**
   * [from, to] of the time that is shown.
   * @returns {[number, number]}
   */
  #span() {
    if (Array.isArray(this.#zoom)) return this.#zoom;
    const { points, markers, present } = this.#course;
    const starts = [points, this.#rows, markers].flatMap(([first]) => first?.t ?? []);
    const first = Math.min(...starts, this.#now());
    const end = present?.now ?? this.#rows.at(-1)?.t ?? first;
    const from = this.#zoom === LAST ? Math.max(first, end - LAST) : first;
    return [from, Math.max(end, from + (present ? LEAST : LEAST_ZOOM))];
  }

  /** @param {[number, number] | typeof LAST | null} zoom */
  #show(zoom) {
    this.#zoom = zoom;
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
   * Read the time `at` in all charts, or none of them.
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
            "Point at the charts, or use the arrow keys on them, to read what was when. Drag to zoom.",
          )
        : describe(rowAt(this.#rows, this.#at), this.#at, this.#course.markers);
    if (readout.textContent !== text) readout.textContent = text;
  }
}
