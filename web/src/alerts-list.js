/** The alerts in force, each with its reason and a button that silences it.
 *
 * @import { Alert } from "./contract.js"
 */

import { signed } from "./figures.js";
import { copyOf, find, findAll, findIn } from "./page.js";
import { gettext } from "./texts.js";

/**
 * An alert in words; in English only if it was stored before alerts had figures.
 * @param {Alert} alert
 */
export function whyAlert({ kind, why, figures }) {
  return figures ? WHY[kind](figures) : why;
}

/** @type {Record<Alert["kind"], (figures: Record<string, number>) => string>} */
const WHY = {
  mood_dropped: ({ now, before }) =>
    gettext(
      "The class looks less pleasant than before: the balance of pleasant and unpleasant looks is {now}, it was {before}.",
      { now: signed(now), before: signed(before) },
    ),
  faces_gone: (figures) =>
    gettext("Fewer faces are read than before: about {now}, it was about {before}.", figures),
  many_lost: (figures) =>
    gettext("About {now} of {students} say that they are lost, it was about {before}.", figures),
};

/**
 * @param {Alert[]} alerts of the newest view
 * @param {(kind: Alert["kind"]) => void} silence tells the server
 */
export function showAlerts(alerts, silence) {
  const list = find("alerts");
  const keys = alerts.map(({ kind, since }) => `${kind} ${since}`);
  const items = findAll(list, ".alert");
  for (const item of items) if (!keys.includes(item.dataset.key ?? "")) item.remove();
  const shown = items.map((item) => item.dataset.key);
  // What is there stays as it is: it is read out once, and keeps the keyboard.
  for (const [index, alert] of alerts.entries()) {
    if (shown.includes(keys[index])) continue;
    const item = copyOf("alert");
    item.dataset.key = keys[index];
    findIn(item, ".why").textContent = whyAlert(alert);
    const button = findIn(item, "button", HTMLButtonElement);
    button.addEventListener("click", () => {
      silence(alert.kind);
      button.disabled = true; // until it is gone
    });
    list.append(item);
  }
}
