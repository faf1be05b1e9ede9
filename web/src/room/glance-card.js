/** The card on top: the title, its figures, the alerts in force, and why something is hidden.
 *
 * @import { Alert, View } from "../shared/contract.js"
 * @import { Glance } from "./glance.js"
 */

import { alertKey, whyAlert } from "../shared/alert-words.js";
import { copyOf, find, findAll, findIn, setText } from "../shared/page.js";
import { gettext, ngettext } from "../shared/texts.js";
import { wordOf } from "./glance.js";

/**
 * @param {Glance} glance
 * @param {string} detail
 */
export function showGlance({ level, title }, detail) {
  find("glance").dataset.level = level;
  setText("headline", title);
  setText("detail", detail);
}

/**
 * @param {View} view
 * @param {number} minStudents below which a class is hidden
 */
export function showWhyHidden({ students, suppressed }, minStudents) {
  const why = ngettext(
    "Hidden: fewer than {count} student is here, and a class this small would show single students.",
    "Hidden: fewer than {count} students are here, and a class this small would show single students.",
    minStudents,
  );
  setText("hidden-because", suppressed === "few_students" && students > 0 ? why : "");
}

/**
 * The alerts in force, with a button each that dismisses it.
 * @param {Alert[]} alerts of the newest view
 * @param {Glance} glance what the title says already
 * @param {(kind: Alert["kind"]) => void} silence tells the server
 */
export function showAlerts(alerts, { kind: shownKind }, silence) {
  const list = find("alerts");
  const keys = alerts.map(alertKey);
  const items = findAll(list, ".alert");
  for (const item of items) if (!keys.includes(item.dataset.key ?? "")) item.remove();
  // What is there stays as it is: it is read out once, and keeps the keyboard.
  for (const [index, alert] of alerts.entries()) {
    const isShown = items.some((item) => item.dataset.key === keys[index]);
    if (isShown) continue;
    const item = copyOf("alert");
    item.dataset.key = keys[index];
    // What the title says has its figures below it: a mean of some minutes would be others.
    const isTitle = alert.kind === "many_lost" && wordOf(shownKind) === "lost";
    findIn(item, ".why").textContent = isTitle
      ? gettext("That is many more than usual in this class.")
      : whyAlert(alert);
    const button = findIn(item, "button", HTMLButtonElement);
    button.addEventListener("click", () => {
      silence(alert.kind);
      button.disabled = true; // until it is gone
    });
    list.append(item);
  }
}
