/** The last 15 minutes of a class as lines: one an emotion, with gaps where shares were hidden. */

import uPlot from "uplot";

import { EMOTION_WORDS } from "./labels.js";

const SECONDS = 15 * 60;
const JUST_BEFORE = 0.001; // seconds: a share holds until it changes, so lines go in steps

const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export class Timeline {
  #views = [];
  #markers = [];
  #ahead = 0; // seconds by which the server's clock is ahead of this machine's
  #chart;

  /** @param {HTMLElement} element to draw in; the colours are CSS variables --<emotion> */
  constructor(element) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour("ink"), grid: { stroke: colour("line"), width: 1 } };
    this.#chart = new uPlot(
      {
        width: element.clientWidth,
        height: 240,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: [0, 1] } },
        axes: [
          { ...axis, space: 80, values: (_, ticks) => ticks.map(clock) },
          { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => `${Math.round(tick * 100)} %`) },
        ],
        series: [
          {},
          ...Object.keys(EMOTION_WORDS).map((emotion) => ({
            label: EMOTION_WORDS[emotion],
            stroke: colour(emotion),
            width: 2,
            points: { show: false },
          })),
        ],
        hooks: { draw: [(chart) => this.#drawMarkers(chart, colour("ink"))] },
      },
      this.#data(),
      element,
    );
    new ResizeObserver(() =>
      this.#chart.setSize({ width: element.clientWidth, height: 240 }),
    ).observe(element);
  }

  /** Start over with what the server remembers at its time `t`. */
  reset({ t, views, markers }) {
    this.#ahead = t - Date.now() / 1000;
    this.#views = views;
    this.#markers = markers;
    this.draw();
  }

  addView(view) {
    if (view.t === this.#views.at(-1)?.t) return; // the one that ended the server's history
    this.#views.push(view);
    this.draw();
  }

  /** From now on nothing is known, until the next view. */
  interrupt() {
    this.addView({ t: this.#now(), shares: null });
  }

  addMarker(marker) {
    this.#markers.push(marker);
    this.draw();
  }

  /** Draw up to this moment. */
  draw() {
    const since = this.#now() - SECONDS;
    while (this.#views.length > 1 && this.#views[1].t < since) this.#views.shift();
    this.#chart.setData(this.#data());
  }

  #now() {
    return Date.now() / 1000 + this.#ahead;
  }

  #data() {
    const now = Math.max(this.#now(), this.#views.at(-1)?.t ?? 0);
    const points = [{ t: now - SECONDS, shares: null }];
    for (const view of this.#views) {
      const before = points.at(-1);
      const t = Math.max(view.t, before.t + 2 * JUST_BEFORE); // time only goes forward
      points.push({ t: t - JUST_BEFORE, shares: before.shares }, { t, shares: view.shares });
    }
    points.push({ t: Math.max(now, points.at(-1).t), shares: points.at(-1).shares });
    return [
      points.map((point) => point.t),
      ...Object.keys(EMOTION_WORDS).map((emotion) =>
        points.map(({ shares }) => (shares === null ? null : (shares[emotion] ?? 0))),
      ),
    ];
  }

  #drawMarkers(chart, colour) {
    const { ctx: context, bbox } = chart;
    context.save();
    context.fillStyle = colour;
    context.font = `${12 * devicePixelRatio}px system-ui`;
    context.textAlign = "left";
    for (const [index, marker] of this.#markers.entries()) {
      const x = chart.valToPos(marker.t, "x", true);
      if (x < bbox.left) continue;
      context.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
      const line = 1 + (index % 3); // neighbours do not write over each other
      context.fillText(marker.text, x + 4 * devicePixelRatio, bbox.top + 14 * line * devicePixelRatio);
    }
    context.restore();
  }
}
