/** A class over time: how it looks, what it says and who is here, on one axis of time. */

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";

import { chartsOf, colour, frameOf, optionsOf } from "./timeline-charts.js";
import { drawHidden, drawMarkers, headroom } from "./timeline-marks.js";
import { gettext } from "./texts.js";
import { POINT_SECONDS, describe, rowAt, rowsOf, stretchesOf } from "./timeline-rows.js";

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
  #charts; // {kind, figure, place, plot, isDrawn}; plot: null until it is first drawn
  #points = [];
  #markers = [];
  #view = null; // the newest, for the time since the last point
  #live = false;
  #ahead = 0; // seconds by which the server's clock is ahead of this machine's
  #rows = [];
  #zoom = null; // [from, to] | LAST | null for the whole class
  #at = null; // the time that is read
  #mood = "shares";
  #frame = null; // of the next drawing
  #ticking = null;
  #drawing = false;
  #drawnAt = 0; // server's time
  #width = 0; // CSS pixels; 0: not laid out, or nothing is known yet
  #printing = false;
  #watch;
  #closed = new AbortController();
  #setPlaced;
  /** Resolves when all charts have their places, drawn or not: then they move nothing any more. */
  placed = new Promise((resolve) => (this.#setPlaced = resolve));

  /**
   * @param {HTMLElement} element to draw in
   * @param {{mode: "camera"|"self-report"}} options
   */
  constructor(element, { mode }) {
    this.#element = element;
    element.classList.add("timeline");
    element.innerHTML = frameOf(mode);
    this.#charts = chartsOf(mode).map((kind) => {
      const figure = element.querySelector(`[data-chart=${kind.name}]`);
      return { kind, figure, place: figure.querySelector(".place"), plot: null, isDrawn: false };
    });
    this.#listen();
  }

  /** Start over with all that is known; `t`: the server's time, where the class goes on. */
  reset({ t, points, markers }) {
    if (t !== undefined) this.#ahead = t - Date.now() / 1000;
    this.#points = [...points];
    this.#markers = [...markers];
    this.#watch.observe(this.#element); // from now on it is drawn, as soon as it is laid out
    this.#drawSoon();
  }

  /** A point that has come to its end. */
  addPoint(point) {
    this.#points.push(point);
  }

  addMarker(marker) {
    this.#markers.push(marker);
    this.#drawSoon();
  }

  /**
   * What is so at this moment. A class with a now goes on.
   *
   * @param {object|null} view null while nothing is known
   * @param {number} ahead seconds by which the server's clock is ahead of this machine's
   */
  setNow(view, ahead) {
    this.#view = view;
    this.#ahead = ahead;
    this.#live = true;
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MILLISECONDS);
  }

  close() {
    this.#closed.abort();
    this.#watch.disconnect();
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frame);
    for (const { plot } of this.#charts) plot?.destroy();
    this.#element.replaceChildren();
  }

  #plot({ kind, figure, place }, size) {
    const colours = () => ({ ink: colour("ink"), card: colour("card") });
    const hidden = () => stretchesOf(this.#rows, kind.hidden);
    const options = optionsOf(kind, {
      ...size,
      above: () => this.#above(figure),
      span: () => this.#span(),
      cursor: { sync: this.#sync, bind: { dblclick: () => () => this.#show(null) } },
      hooks: {
        drawAxes: [(plot) => drawHidden(plot, hidden(), colours())],
        draw: [(plot) => drawMarkers(plot, this.#markers, this.#isOnTop(figure), colours())],
        setCursor: [(plot) => this.#onCursor(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
      },
    });
    return new uPlot(options, this.#dataOf(kind), place);
  }

  #listen() {
    const { signal } = this.#closed;
    const element = this.#element;
    for (const button of element.querySelectorAll("[data-mood]")) {
      button.addEventListener("click", () => {
        this.#mood = button.dataset.mood;
        this.#drawSoon();
      });
    }
    const [last, whole] = element.querySelectorAll("[data-span]");
    last.addEventListener("click", () => this.#show(LAST));
    whole.addEventListener("click", () => this.#show(null));
    const charts = element.querySelector(".charts");
    charts.addEventListener("keydown", (event) => this.#onKey(event));
    charts.addEventListener("blur", () => this.#read(null));
    this.#watch = new ResizeObserver(([{ contentRect }]) => {
      const width = Math.round(contentRect.width);
      if (width === this.#width) return; // a longer text is no new width
      this.#width = width;
      this.#drawSoon();
    });
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", () => this.#drawSoon(), { signal });
    }
    // A canvas is printed as it was drawn: draw it for paper before, at once.
    const print = (printing) => () => {
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
    this.#rows = rowsOf(this.#points, this.#view, this.#now());
    const [from, to] = this.#span();
    if (this.#now() - this.#drawnAt >= (to - from) / this.#width) this.#drawSoon();
  }

  /** Draw with the next frame: once for all that asks for it, never while the page is hidden. */
  #drawSoon() {
    for (const chart of this.#charts) chart.isDrawn = false;
    this.#goOnSoon();
  }

  #goOnSoon() {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    const element = this.#element;
    if (this.#width === 0 && !this.#printing) return;
    this.#drawing = true;
    this.#drawnAt = this.#now();
    this.#rows = rowsOf(this.#points, this.#view, this.#now());
    for (const { kind, figure } of this.#charts) {
      figure.hidden = kind.isMood && kind.name !== this.#mood;
    }
    for (const button of element.querySelectorAll("[data-mood]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mood === this.#mood));
    }
    const [last, whole] = element.querySelectorAll("[data-span]");
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
    this.#read(hasNew ? null : this.#at); // a new one cannot tell yet where a time is
    this.#drawing = false;
    this.#setPlaced();
  }

  /** What uPlot draws: the times, and the values of each line. */
  #dataOf({ lines }) {
    return [({ t }) => t, ...lines.map(({ value }) => value)].map((of) => this.#rows.map(of));
  }

  #size({ height }, figure) {
    const width = this.#printing ? PRINT_WIDTH : this.#width;
    const own = Math.round(width < WIDE ? height : 1.3 * height);
    return { width, height: own + this.#above(figure) };
  }

  /** CSS pixels above the plotting area of a chart, for the markers' texts. */
  #above(figure) {
    return this.#isOnTop(figure) ? headroom(this.#markers.length) : 0;
  }

  /** Whether this is the first chart that is shown, which has the markers' texts. */
  #isOnTop(figure) {
    return figure === this.#element.querySelector("figure:not([hidden])");
  }

  #now() {
    return Date.now() / 1000 + this.#ahead;
  }

  /** [from, to] of the time that is shown. */
  #span() {
    if (Array.isArray(this.#zoom)) return this.#zoom;
    const known = [this.#points[0]?.t, this.#rows[0]?.t, this.#markers[0]?.t].filter(
      Number.isFinite,
    );
    const first = Math.min(...known, this.#now());
    const end = this.#live ? this.#now() : (this.#rows.at(-1)?.t ?? first);
    const from = this.#zoom === LAST ? Math.max(first, end - LAST) : first;
    return [from, Math.max(end, from + (this.#live ? LEAST : LEAST_ZOOM))];
  }

  #show(zoom) {
    this.#zoom = zoom;
    this.#at = null;
    this.#drawSoon();
  }

  // Reading and zooming

  #onSelect(plot) {
    const { left, width } = plot.select;
    if (width === 0) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    const more = Math.max(0, LEAST_ZOOM - (to - from)) / 2;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#show([from - more, to + more]);
  }

  #onCursor(plot) {
    if (this.#drawing) return; // not by hand
    this.#at = plot.cursor.left < 0 ? null : plot.posToVal(plot.cursor.left, "x");
    this.#say();
  }

  #onKey(event) {
    const step = event.shiftKey ? 6 * POINT_SECONDS : POINT_SECONDS;
    const [first, end] = this.#span();
    const last = Math.min(end, this.#live ? this.#now() : (this.#rows.at(-1)?.t ?? end));
    const at = this.#at ?? last;
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

  /** Read the time `at` in all charts, or none of them. */
  #read(at) {
    this.#at = at;
    for (const { figure, plot } of this.#charts) {
      if (figure.hidden || !plot) continue;
      plot.setCursor({ left: at === null ? -10 : plot.valToPos(at, "x"), top: 0 }, false);
    }
    this.#say();
  }

  #say() {
    const readout = this.#element.querySelector(".readout");
    const text =
      this.#at === null
        ? gettext(
            "Point at the charts, or use the arrow keys on them, to read what was when. Drag to zoom.",
          )
        : describe(rowAt(this.#rows, this.#at), this.#at, this.#markers);
    if (readout.textContent !== text) readout.textContent = text;
  }
}
