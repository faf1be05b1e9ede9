/** What a reader wants to see of a timeline: which chart or the table, which lines, which time.
 *
 * @import { Kind, Line } from "./charts.js"
 */

import { findAll, findIn } from "../shared/page.js";

export const TABLE = "table"; // the view that is no chart
export const LAST = 15 * 60; // seconds that "Last 15 minutes" shows

export class Choices {
  #element;
  #kinds;
  /** The name of a chart, or TABLE. */
  view;
  /**
   * [from, to], the last seconds, or null for the whole class.
   * @type {[number, number] | typeof LAST | null}
   */
  zoom = null;
  /**
   * Those that are shown, of all charts.
   * @type {Set<Line>}
   */
  lines;

  /**
   * @param {HTMLElement} element of the timeline, with its buttons
   * @param {Kind[]} kinds of its charts
   * @param {() => void} changed is called when something was chosen
   */
  constructor(element, kinds, changed) {
    this.#element = element;
    this.#kinds = kinds;
    this.view = kinds[0].name;
    this.lines = new Set(kinds.flatMap(({ lines }) => lines.filter(({ isOff }) => !isOff)));
    /** @type {(button: HTMLElement, choose: () => void) => void} */
    const on = (button, choose) =>
      button.addEventListener("click", () => {
        choose();
        changed();
      });
    for (const button of this.#buttons("view")) {
      on(button, () => (this.view = button.dataset.view ?? ""));
    }
    for (const button of this.#buttons("span")) {
      on(button, () => (this.zoom = spanOf(button)));
    }
    for (const [line, button] of this.#legends()) {
      on(button, () => {
        if (!this.lines.delete(line)) this.lines.add(line);
      });
    }
  }

  /**
   * With what was chosen before its charts were made anew, with more lines.
   * @param {Choices} before
   */
  like(before) {
    this.view = before.view;
    this.zoom = before.zoom;
    const kept = new Map(before.#kinds.map((kind) => [kind.name, kind.lines]));
    for (const { name, lines } of this.#kinds) {
      for (const line of lines) {
        const old = kept.get(name)?.find((each) => each.name === line.name);
        if (!old) continue;
        if (before.lines.has(old)) this.lines.add(line);
        else this.lines.delete(line);
      }
    }
    return this;
  }

  /** The chart that was chosen; undefined for the table. */
  get kind() {
    return this.#kinds.find(({ name }) => name === this.view);
  }

  /** Show on the buttons what was chosen. */
  show() {
    for (const button of this.#buttons("view")) press(button, button.dataset.view === this.view);
    for (const [line, button] of this.#legends()) press(button, this.lines.has(line));
    const spans = this.#buttons("span");
    for (const button of spans) press(button, spanOf(button) === this.zoom);
    if (spans.length > 1) return;
    const [whole] = spans; // of a class that is over: there to undo a zoom
    if (!this.zoom && document.activeElement === whole) findIn(this.#element, ".charts").focus();
    whole.hidden = !this.zoom;
  }

  /** @param {"view" | "span"} name */
  #buttons(name) {
    return findAll(this.#element, `[data-${name}]`);
  }

  /**
   * Each line with its button.
   * @returns {[Line, HTMLElement][]}
   */
  #legends() {
    return this.#kinds.flatMap(({ name, lines }) => {
      const buttons = findAll(this.#element, `[data-chart=${name}] [data-line]`);
      /** @type {(line: Line, index: number) => [Line, HTMLElement]} */
      const withButton = (line, index) => [line, buttons[index]];
      return lines.map(withButton);
    });
  }
}

/** @param {HTMLElement} button */
const spanOf = (button) => (button.dataset.span === "last" ? LAST : null);

/**
 * @param {HTMLElement} button
 * @param {boolean} isPressed
 */
const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));
