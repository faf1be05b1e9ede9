/** The class at this moment: what students say, whose hands are up, and how the class looks.
 *
 * @import { Hand, Named, Pace, View } from "../shared/contract.js"
 */

import { itemsOf, showBars } from "../shared/bars.js";
import { percent } from "../shared/figures.js";
import { PACE_TOLD } from "../shared/labels.js";
import { looks, shareOf, wordOf } from "../shared/looks.js";
import { copyOf, find, findAll, findIn, setText } from "../shared/page.js";
import { gettext, listed, ngettext } from "../shared/texts.js";
import { showDots, showStack, showTally } from "./tally.js";

/** From bad to good, as the eye looks for it. */
const ANSWERS = itemsOf(
  /** @satisfies {Record<Pace, string>} */ ({
    lost: PACE_TOLD.lost,
    slow_down: PACE_TOLD.slow_down,
    fine: PACE_TOLD.fine,
    speed_up: PACE_TOLD.speed_up,
  }),
);
const HIDDEN = "–"; // the top of the page says why
const MANY_HANDS = 3; // that one tap may take down

/**
 * @param {View} view
 * @param {number} minStudents below which nobody is counted
 */
export function showClass(view, minStudents) {
  setText("students", String(view.students));
  showAnswers(view);
  if (document.getElementById("shares")) showLooks(view, minStudents); // with cameras
  showNamed(view.named);
}

/** @param {View} view */
function showAnswers({ pace, students }) {
  find("said-card").hidden = students === 0;
  showDots(find("dots"), ANSWERS, ({ name }) => pace?.[name] ?? 0, students);
  showTally(find("pace"), ANSWERS, ({ name }) => (pace === null ? HIDDEN : String(pace[name])));
}

/** Whether there is an answer. @param {View} view */
export const isAnswered = ({ pace }) => Object.values(pace ?? {}).some((count) => count > 0);

/**
 * @param {View} view
 * @param {number} minStudents
 */
function showLooks({ students, seen, shares, waiting, suppressed }, minStudents) {
  find("looks-card").hidden = students === 0;
  setText("seen", seen === null ? HIDDEN : String(seen));
  const grouped = shares && looks.grouped(shares);
  const { groups } = looks;
  showStack(find("looks-bar"), groups, ({ name }) => (grouped ? shareOf(grouped, name) : 0));
  showTally(find("looks"), groups, ({ name }) => (grouped ? percent(grouped[name]) : HIDDEN));
  showBars(find("shares"), looks.emotions, ({ name }) => {
    const share = shares ? shareOf(shares, name) : 0;
    return [share, shares === null ? HIDDEN : percent(share)];
  });
  const more = ngettext(
    "{count} more is read, and will be counted together with others: once they are {least}.",
    "{count} more are read, and will be counted as soon as they are {least}.",
    waiting ?? 0,
    { least: minStudents },
  );
  const few = ngettext(
    "Looks are hidden: fewer than {count} face is read at the moment.",
    "Looks are hidden: fewer than {count} faces are read at the moment.",
    minStudents,
  );
  setText("uncounted", suppressed === "few_faces" ? few : waiting ? more : "");
}

/**
 * The raised hands, oldest first.
 * @param {Hand[]} hands
 * @param {number} now the server's time, in seconds since the epoch
 * @param {(hand: Hand) => void} seen
 */
export function showHands(hands, now, seen) {
  const list = find("hands");
  const items = findAll(list, "li");
  const hadFocus = list.contains(document.activeElement);
  for (const item of items) {
    if (!hands.some(({ id }) => id === item.dataset.id)) item.remove();
  }
  for (const hand of hands) {
    const item = items.find(({ dataset }) => dataset.id === hand.id) ?? addHand(hand, seen);
    const minutes = Math.floor((now - hand.since) / 60);
    const waits = minutes > 0 ? gettext("{minutes} min", { minutes }) : "";
    const waiting = findIn(item, ".waits");
    if (waiting.textContent !== waits) waiting.textContent = waits;
  }
  setText("hands-count", String(hands.length));
  const up = ngettext("{count} hand is up", "{count} hands are up", hands.length);
  setText("hands-up", hands.length > 0 ? up : "");
  find("all-seen").hidden = hands.length < MANY_HANDS;
  find("hands-card").hidden = hands.length === 0;
  // The hand that had the keyboard is gone: the next one has it.
  if (hadFocus && !list.contains(document.activeElement)) list.querySelector("button")?.focus();
}

/**
 * @param {Hand} hand
 * @param {(hand: Hand) => void} seen
 */
function addHand(hand, seen) {
  const name = hand.name ?? gettext("Somebody");
  const item = copyOf("hand");
  item.dataset.id = hand.id;
  findIn(item, ".who").textContent = name;
  const button = findIn(item, "button");
  button.setAttribute("aria-label", gettext("Seen: {name}", { name }));
  button.addEventListener("click", () => seen(hand));
  find("hands").append(item);
  return item;
}

/** @param {Named[]} named */
function showNamed(named) {
  const list = find("named");
  const texts = named.map(namedText);
  find("named-card").hidden = named.length === 0;
  // Only if one differs: a screen reader would say all again.
  if (texts.join("\n") === [...list.children].map((item) => item.textContent).join("\n")) return;
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}

/** @param {Named} student */
function namedText({ name, emotion, pace }) {
  const parts = [];
  if (emotion !== null) parts.push(gettext("looks {emotion}", { emotion: wordOf(emotion) }));
  if (pace !== null) parts.push(gettext("says “{answer}”", { answer: PACE_TOLD[pace] }));
  if (parts.length === 0) return gettext("{name} is here", { name });
  return gettext("{name} {looks_and_says}", { name, looks_and_says: listed(parts) });
}
