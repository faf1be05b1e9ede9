/** The newest question to the class: while it is open, and what came of it.
 *
 * @import { Asked, Question } from "../shared/contract.js"
 */

import { itemsOf } from "../shared/bars.js";
import { ANSWER_WORDS, QUESTION_WORDS } from "../shared/labels.js";
import { find, findAll, setText } from "../shared/page.js";
import { gettext, ngettext } from "../shared/texts.js";
import { showStack, showTally } from "./tally.js";

const ANSWERS = itemsOf(ANSWER_WORDS);

/**
 * @param {Asked | null} asked
 * @param {{now: number, students: number, minStudents: number}} room now: the server's time
 */
export function showQuestion(asked, { now, students, minStudents }) {
  find("question-card").hidden = asked === null;
  if (asked === null) return;
  const { question, until, answers } = asked;
  const isOpen = now < until;
  setText("question", QUESTION_WORDS[question]);
  setText("question-time", isOpen ? secondsLeft(until - now) : closed(now - until));
  find("close-question").hidden = !isOpen;
  const answered = answers ? Object.values(answers).reduce((sum, count) => sum + count, 0) : 0;
  const all = Math.max(students, answered, 1);
  find("question-bar").hidden = find("answers").hidden = answers === null;
  showStack(find("question-bar"), ANSWERS, ({ name }) => (answers?.[name] ?? 0) / all);
  showTally(find("answers"), ANSWERS, ({ name }) => String(answers?.[name] ?? ""));
  setText("question-hint", answers === null ? tooFew(isOpen, minStudents) : "");
}

/** @param {number} seconds */
function secondsLeft(seconds) {
  return gettext("{seconds} s left", { seconds: Math.ceil(seconds) });
}

/** @param {number} seconds since then */
function closed(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return gettext("closed just now");
  return gettext("closed {minutes} min ago", { minutes });
}

/**
 * @param {boolean} isOpen
 * @param {number} minStudents
 */
function tooFew(isOpen, minStudents) {
  return isOpen
    ? ngettext("Shown once {count} has answered.", "Shown once {count} have answered.", minStudents)
    : ngettext(
        "Not shown: fewer than {count} has answered.",
        "Not shown: fewer than {count} have answered.",
        minStudents,
      );
}

/**
 * The buttons that ask, of which all but one are in a menu.
 * @param {(question: Question) => void} ask
 */
export function onAsk(ask) {
  const menu = find("more-questions", HTMLDetailsElement);
  for (const button of findAll(find("glance"), "[data-ask]")) {
    button.addEventListener("click", () => {
      menu.open = false;
      ask(/** @type {Question} */ (button.dataset.ask));
    });
  }
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) menu.open = false;
  });
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}
