/** The class at this moment, as words and bars.
 *
 * @import { Hand, Named, View } from "../shared/contract.js"
 */

import { showBars } from "../shared/bars.js";
import { valenceWords, percent, signed } from "../shared/figures.js";
import { EMOTION_WORDS, PACE_TOLD, PACE_WORDS } from "../shared/labels.js";
import { find, setText } from "../shared/page.js";
import { gettext, listed, ngettext } from "../shared/texts.js";

/**
 * @param {View} view
 * @param {number} minStudents below which a class is hidden
 */
export function showClass(view, minStudents) {
  setText("students", String(view.students));
  setText("hidden-because", whyHidden(view, minStudents));
  if (document.getElementById("shares")) showLooks(view); // with cameras
  showBars(find("pace"), PACE_WORDS, (word) =>
    view.pace === null ? null : [view.pace[word] / view.students, String(view.pace[word])],
  );
  const said = Object.values(view.pace ?? {}).some((count) => count > 0);
  find("clear-pace", HTMLButtonElement).disabled = !said;
  showItems(find("named"), view.named.map(namedText));
  find("named-card").hidden = view.named.length === 0;
  find("hands-card").hidden = view.help.length === 0;
}

/** @param {View} view */
function showLooks({ seen, valence, shares }) {
  setText("seen", seen === null ? "–" : String(seen));
  setText("valence", valence === null ? "–" : listed([signed(valence), valenceWords(valence)]));
  showBars(find("shares"), EMOTION_WORDS, (emotion) => {
    const share = shares === null ? null : (shares[emotion] ?? 0);
    return share === null ? null : [share, percent(share)];
  });
}

/**
 * Show the raised hands.
 * @param {Hand[]} hands
 * @param {number} now the server's time, in seconds since the epoch
 */
export function showHands(hands, now) {
  showItems(
    find("hands"),
    hands.map(({ name, since }) => {
      const minutes = Math.floor((now - since) / 60);
      const who = { name: name ?? gettext("Somebody"), minutes };
      if (minutes > 0) return gettext("{name} needs help ({minutes} min)", who);
      return gettext("{name} needs help", who);
    }),
  );
}

/**
 * @param {View} view
 * @param {number} minStudents
 */
function whyHidden({ students, suppressed }, minStudents) {
  if (suppressed === "few_faces") {
    return ngettext(
      "Looks are hidden: fewer than {count} face is read at the moment.",
      "Looks are hidden: fewer than {count} faces are read at the moment.",
      minStudents,
    );
  }
  if (suppressed === null || students === 0) return "";
  return ngettext(
    "Hidden: fewer than {count} student is here, and a class this small would show single students.",
    "Hidden: fewer than {count} students are here, and a class this small would show single students.",
    minStudents,
  );
}

/** @param {Named} student */
function namedText({ name, emotion, pace }) {
  const parts = [];
  if (emotion !== null) parts.push(gettext("looks {emotion}", { emotion: EMOTION_WORDS[emotion] }));
  if (pace !== null) parts.push(gettext("says “{answer}”", { answer: PACE_TOLD[pace] }));
  if (parts.length === 0) return gettext("{name} is here", { name });
  return gettext("{name} {looks_and_says}", { name, looks_and_says: listed(parts) });
}

/**
 * A list of lines, written anew only if one differs: a screen reader would say it again.
 * @param {HTMLElement} list
 * @param {string[]} texts
 */
function showItems(list, texts) {
  if (texts.join("\n") === [...list.children].map((item) => item.textContent).join("\n")) return;
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}
