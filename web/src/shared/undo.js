/** What a page takes away at a tap, without a question before it: for ten seconds it can come back. */

import { gettext } from "./texts.js";

const SECONDS = 10;

let offers = 0; // for their names

/**
 * Say in the place of a row that it is gone, beside a button that brings it back. One of `undo` and
 * `over` is called, once: when the page is left, it is over.
 * @param {HTMLElement} row of a list
 * @param {string} text what was done
 * @param {{undo: () => void, over: () => void}} then
 */
export function offerUndo(row, text, { undo, over }) {
  const focused = document.activeElement;
  const offer = document.createElement(row.localName);
  const said = document.createElement("span");
  const button = document.createElement("button");
  said.textContent = text;
  said.id = `undo-${++offers}`;
  button.textContent = gettext("Undo");
  button.setAttribute("aria-describedby", said.id); // said when the focus comes here
  button.className = "small";
  offer.className = "undo";
  offer.append(said, button);
  row.replaceWith(offer);
  button.focus();

  const ended = new AbortController();
  const timer = setTimeout(end, SECONDS * 1000);
  window.addEventListener("pagehide", end, { signal: ended.signal });
  button.addEventListener("click", () => {
    stop();
    offer.replaceWith(row);
    if (focused instanceof HTMLElement) focused.focus();
    undo();
  });

  function end() {
    stop();
    const next = offer.nextElementSibling ?? offer.previousElementSibling;
    const hadFocus = offer.contains(document.activeElement);
    offer.remove();
    if (hadFocus) next?.querySelector("button")?.focus();
    over();
  }

  function stop() {
    clearTimeout(timer);
    ended.abort();
  }
}
