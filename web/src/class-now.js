/** The class at this moment, as words and bars. */

import { showBars } from "./bars.js";
import { balanceWords, counted, percent, signed } from "./figures.js";
import { EMOTION_WORDS, PACE_TOLD, PACE_WORDS } from "./labels.js";
import { find, setText } from "./page.js";

/**
 * @param {object} view the contract's view
 * @param {number} minStudents below which a class is hidden
 */
export function showClass(view, minStudents) {
  setText("students", String(view.students));
  setText("students-word", view.students === 1 ? "student here" : "students here");
  setText("hidden-because", whyHidden(view, minStudents));
  if (find("shares")) showLooks(view); // with cameras
  showBars(find("pace"), PACE_WORDS, (word) =>
    view.pace === null ? null : [view.pace[word] / view.students, String(view.pace[word])],
  );
  find("clear-pace").disabled = !Object.values(view.pace ?? {}).some((count) => count > 0);
  showItems(find("named"), view.named.map(namedText));
  find("named-card").hidden = view.named.length === 0;
  find("hands-card").hidden = view.help.length === 0;
}

function showLooks({ seen, valence, shares }) {
  setText("seen", seen === null ? "–" : String(seen));
  setText("seen-word", seen === 1 ? "face read of" : "faces read of");
  setText("valence", valence === null ? "–" : `${signed(valence)}, ${balanceWords(valence)}`);
  showBars(find("shares"), EMOTION_WORDS, (emotion) => {
    const share = shares === null ? null : (shares[emotion] ?? 0);
    return share === null ? null : [share, percent(share)];
  });
}

/** The raised hands; `now`: the server's time, in seconds since the epoch. */
export function showHands(hands, now) {
  showItems(
    find("hands"),
    hands.map(({ name, since }) => {
      const minutes = Math.floor((now - since) / 60);
      return `${name ?? "Somebody"} needs help${minutes > 0 ? ` (${minutes} min)` : ""}`;
    }),
  );
}

function whyHidden({ students, suppressed }, minStudents) {
  if (suppressed === "few_faces") {
    return `Looks are hidden: fewer than ${minStudents} faces are read at the moment.`;
  }
  if (suppressed === null || students === 0) return "";
  return `Hidden: fewer than ${counted(minStudents, "student")} are here, and a class this small would show single students.`;
}

function namedText({ name, emotion, pace }) {
  const looks = emotion === null ? [] : [`looks ${EMOTION_WORDS[emotion]}`];
  const says = pace === null ? [] : [`says “${PACE_TOLD[pace]}”`];
  return `${name} ${[...looks, ...says].join(", ") || "is here"}`;
}

/** A list of lines, written anew only if one differs: a screen reader would say it again. */
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
