/** A report on its page: what students said comes before how they looked.
 *
 * @import { Asked, MostAndMean, Pace, PastAlert, Report, Shares, Stretch } from "../shared/contract.js"
 * @import { Summary } from "../shared/courses.js"
 */

import { whyAlert } from "../shared/alert-words.js";
import { showBars } from "../shared/bars.js";
import { clock, day, percent } from "../shared/figures.js";
import { ANSWER_WORDS, PACE_TOLD, QUESTION_WORDS, namesOf, noteText } from "../shared/labels.js";
import { looks } from "../shared/looks.js";
import { find, findAll, setText } from "../shared/page.js";
import { gettext, listed } from "../shared/texts.js";
import {
  alertPlace,
  answersText,
  gotItShare,
  kept,
  largestFirst,
  momentWords,
  studentsText,
  when,
  whyHidden,
} from "./words.js";

const NONE = "–";
/** @type {Pace[]} */
const WORST_FIRST = ["lost", "slow_down", "fine", "speed_up"];

/**
 * Show all of a report but its notes and its timeline, also instead of what is shown already.
 * @param {Report} report
 * @param {{retentionDays: number, roomLink: string}} page
 */
export function showReport(report, { retentionDays, roomLink }) {
  const camera = report.mode === "camera";
  setText("when", when(report));
  const keptText = report.simulated
    ? gettext("The server deletes a simulated class a day after it was opened.")
    : kept(report.ended, retentionDays);
  setText("kept", keptText);
  const running = report.ended === null;
  find("running").hidden = !running;
  find("room", HTMLAnchorElement).href = roomLink;
  for (const element of findAll(document, ".camera-only")) element.hidden = !camera;
  const { students } = report;
  find("nothing-yet").hidden = students !== null || !running;
  find("nothing").hidden = students !== null || running;
  find("recorded").hidden = find("about").hidden = students === null;
  find("keep").hidden = students === null && report.markers.length === 0;
  if (students === null) {
    find("nothing").after(find("notes-card"));
    return;
  }
  showMoments(report);
  showPace(report.pace);
  setText("students", studentsText(students));
  setText("hidden", hiddenText(report));
  showAsked(report.asked);
  showAlerts(report.alerts);
  showStretches(report, camera);
  showLooks(report.shares);
}

/** @param {Report} report */
function showMoments(report) {
  find("moments-card").hidden = report.moments.length === 0;
  const items = momentWords(report).map(({ time, told, sentence }) => {
    const [before, ...after] = sentence.split(told);
    const strong = document.createElement("strong");
    strong.textContent = told;
    const text = document.createElement("span");
    text.append(before, strong, after.join(told));
    return itemOf(time, text);
  });
  find("moments").replaceChildren(...items);
}

/** @param {Record<Pace, MostAndMean> | null} pace */
function showPace(pace) {
  find("no-pace").hidden = pace !== null;
  find("pace").hidden = pace === null;
  if (pace === null) return;
  const rows = WORST_FIRST.map((word) => {
    const { most, mean } = pace[word];
    return rowOf({ text: PACE_TOLD[word], colour: word }, [String(most), mean.toFixed(1)]);
  });
  bodyOf("pace").replaceChildren(...rows);
}

/** @param {Report} report */
function hiddenText(report) {
  const time = whyHidden(report);
  return time && gettext("Figures are missing for {time}.", { time });
}

/** @param {Asked[]} asked */
function showAsked(asked) {
  find("asked-card").hidden = asked.length === 0;
  const items = asked.map(({ t, question, answers }) => {
    const text = document.createElement("span");
    const name = document.createElement("strong");
    const said = document.createElement("span");
    name.textContent = QUESTION_WORDS[question];
    said.textContent = answersText(answers);
    text.append(name, " ", said);
    const item = itemOf(clock(t), text);
    if (answers !== null) {
      const bar = document.createElement("span");
      bar.className = "answer-bar";
      for (const answer of namesOf(ANSWER_WORDS)) {
        const part = document.createElement("span");
        part.style.flexGrow = String(answers[answer]);
        part.style.background = `var(--${answer})`;
        bar.append(part);
      }
      text.append(bar);
    }
    return item;
  });
  find("asked").replaceChildren(...items);
}

/** @param {PastAlert[]} alerts */
function showAlerts(alerts) {
  find("alerts-card").hidden = alerts.length === 0;
  const items = alerts.map((alert) => {
    const text = document.createElement("span");
    text.append(whyAlert(alert), " ", small(alertPlace(alert)));
    return itemOf(clock(alert.since), text);
  });
  find("alerts").replaceChildren(...items);
}

/**
 * @param {Report} report
 * @param {boolean} camera
 */
function showStretches({ stretches, best, hardest }, camera) {
  // The first one begins with the class, all others with a note of the teacher's.
  const texts = stretches.map(({ text }, index) =>
    index === 0 ? gettext("Start of the class") : noteText(text),
  );
  find("stretches-card").hidden = stretches.length < 2;
  find("best-and-hardest").hidden = best === null;
  const remarks = stretches.map((stretch) => [times(stretch)]);
  if (best !== null && hardest !== null) {
    const name = (/** @type {number} */ index) => listed([texts[index], times(stretches[index])]);
    setText("best", name(best));
    setText("hardest", name(hardest));
    remarks[best].push(gettext("best stretch"));
    remarks[hardest].push(gettext("hardest stretch"));
  }
  const rows = stretches.map(({ students, pace, shares }, index) =>
    rowOf({ text: texts[index], note: listed(remarks[index]) }, [
      students?.toFixed(0) ?? NONE,
      pace?.lost.toFixed(1) ?? NONE,
      pace?.slow_down.toFixed(1) ?? NONE,
      pace?.fine.toFixed(1) ?? NONE,
      ...(camera
        ? [look(shares), shares ? percent(looks.grouped(shares).unhappy ?? 0) : NONE]
        : []),
    ]),
  );
  bodyOf("stretches").replaceChildren(...rows);
}

/** @param {Shares | null} shares */
function showLooks(shares) {
  find("no-looks").hidden = shares !== null;
  find("each-expression").hidden = shares === null;
  if (shares === null) return;
  const grouped = looks.grouped(shares);
  const groups = looks.groups.filter(({ name }) => name !== "other" || grouped.other);
  showBars(find("looks"), groups, ({ name }) => [grouped[name], percent(grouped[name])]);
  const seen = largestFirst(shares).flatMap(([label, share]) =>
    looks.emotions.filter(({ name }) => name === label).map((emotion) => ({ ...emotion, share })),
  );
  showBars(find("shares"), seen, ({ share }) => [share, percent(share)]);
}

/**
 * This class and the earlier ones of its course, newest first.
 * @param {Report} report
 * @param {Summary[]} earlier
 */
export function showEarlier(report, earlier) {
  find("earlier-card").hidden = earlier.length === 0;
  const camera = report.mode === "camera";
  const rows = [report, ...earlier].map((each) => {
    const began = { text: day(each.began), note: clock(each.began) };
    const heading =
      each === report
        ? { ...began, note: listed([began.note, gettext("this class")]) }
        : { ...began, link: `/report/${each.code}` };
    const gotIt = gotItShare(each.asked);
    return rowOf(heading, [
      String(each.students?.most ?? NONE),
      String(each.pace?.lost.most ?? NONE),
      String(each.pace?.slow_down.most ?? NONE),
      each.pace?.fine.mean.toFixed(1) ?? NONE,
      gotIt === null ? NONE : percent(gotIt),
      ...(camera ? [look(each.shares)] : []),
    ]);
  });
  bodyOf("earlier").replaceChildren(...rows);
}

/** Say below each wide table that it goes on to the side, while it does. */
export function tellWhatScrolls() {
  for (const region of findAll(document, ".wide")) {
    const watch = new ResizeObserver(() => {
      region.classList.toggle("overflows", region.scrollWidth > region.clientWidth);
    });
    watch.observe(region);
    for (const table of region.children) watch.observe(table);
  }
}

/**
 * The rows of a table below its heading.
 * @param {string} id the table's
 */
const bodyOf = (id) => find(id, HTMLTableElement).tBodies[0];

/**
 * A row of a list: when, and what.
 * @param {string} time
 * @param {HTMLElement} text
 */
function itemOf(time, text) {
  const item = document.createElement("li");
  const at = document.createElement("span");
  at.className = "time";
  at.textContent = time;
  item.append(at, " ", text);
  return item;
}

/**
 * A row of a table; the note stands below its heading, a mark of the colour before it.
 * @param {{text: string, note?: string, link?: string, colour?: string}} heading
 * @param {string[]} cells
 */
function rowOf({ text, note = "", link, colour }, cells) {
  const row = document.createElement("tr");
  const heading = document.createElement("th");
  heading.scope = "row";
  const name = document.createElement(link ? "a" : "span");
  name.textContent = text;
  if (name instanceof HTMLAnchorElement && link) name.href = link;
  if (colour) {
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.style.background = `var(--${colour})`;
    heading.append(mark);
  }
  heading.append(name, " ", small(note));
  row.append(heading);
  for (const cell of cells) row.insertCell().textContent = cell;
  return row;
}

/** @param {string} text */
function small(text) {
  const element = document.createElement("small");
  element.textContent = text;
  return element;
}

/** @param {Stretch} stretch */
const times = ({ from, to }) => gettext("{from} to {to}", { from: clock(from), to: clock(to) });

/** @param {Shares | null} shares */
function look(shares) {
  if (shares === null) return NONE;
  const grouped = Object.entries(looks.grouped(shares));
  const [[name, share]] = grouped.sort((a, b) => b[1] - a[1]);
  return `${looks.groupWord(name)} ${percent(share)}`;
}
