/** The alerts in force, each with its reason and a button that silences it. */

import { find } from "./page.js";

/**
 * @param {{kind: string, since: number, why: string}[]} alerts of the newest view
 * @param {(kind: string) => void} silence tells the server
 */
export function showAlerts(alerts, silence) {
  const list = find("alerts");
  const keys = alerts.map(({ kind, since }) => `${kind} ${since}`);
  for (const item of [...list.children]) if (!keys.includes(item.dataset.key)) item.remove();
  const shown = new Set([...list.children].map((item) => item.dataset.key));
  // What is there stays as it is: it is read out once, and keeps the keyboard.
  for (const [index, { kind, why }] of alerts.entries()) {
    if (shown.has(keys[index])) continue;
    const item = find("alert").content.firstElementChild.cloneNode(true);
    item.dataset.key = keys[index];
    item.querySelector(".why").textContent = why;
    item.querySelector("button").addEventListener("click", () => {
      silence(kind);
      item.querySelector("button").disabled = true; // until it is gone
    });
    list.append(item);
  }
}
