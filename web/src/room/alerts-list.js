/** The alerts in force, each with its reason and a button that silences it.
 *
 * @import { Alert } from "../shared/contract.js"
 */

import { whyAlert } from "../shared/alert-words.js";
import { copyOf, find, findAll, findIn } from "../shared/page.js";

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
