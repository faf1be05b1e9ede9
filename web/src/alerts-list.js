/** The alerts in force, each with its reason and a button that silences it. */

import { signed } from "./figures.js";
import { find } from "./page.js";
import { gettext } from "./texts.js";

/** An alert in words; in English only if it was stored before alerts had figures. */
export function whyAlert({ kind, why, figures }) {
  return figures ? WHY[kind](figures) : why;
}

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
 * @param {{kind: string, since: number, figures: object}[]} alerts of the newest view
 * @param {(kind: string) => void} silence tells the server
 */
export function showAlerts(alerts, silence) {
  const list = find("alerts");
  const keys = alerts.map(({ kind, since }) => `${kind} ${since}`);
  for (const item of [...list.children]) if (!keys.includes(item.dataset.key)) item.remove();
  const shown = new Set([...list.children].map((item) => item.dataset.key));
  // What is there stays as it is: it is read out once, and keeps the keyboard.
  for (const [index, alert] of alerts.entries()) {
    if (shown.has(keys[index])) continue;
    const item = find("alert").content.firstElementChild.cloneNode(true);
    item.dataset.key = keys[index];
    item.querySelector(".why").textContent = whyAlert(alert);
    item.querySelector("button").addEventListener("click", () => {
      silence(alert.kind);
      item.querySelector("button").disabled = true; // until it is gone
    });
    list.append(item);
  }
}
