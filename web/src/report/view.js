/** A report on its page.
 *
 * @import { Alert, MostAndMean, Pace, Report, Shares, Stretch } from "../shared/contract.js"
 */

import { whyAlert } from "../shared/alert-words.js";
import { showBars } from "../shared/bars.js";
import { valenceWords, clock, day, percent, signed } from "../shared/figures.js";
import { EMOTION_WORDS, PACE_TOLD, namesOf } from "../shared/labels.js";
import { find, findAll, setText } from "../shared/page.js";
import { duration, kept, largestFirst, when, whyHidden } from "./words.js";
import { gettext, listed } from "../shared/texts.js";
import { Timeline } from "../timeline/timeline.js";

const NONE = "–";

/**
 * @param {Report} report
 * @param {{retentionDays: number, roomLink: string}} page
 */
export function showReport(report, { retentionDays, roomLink }) {
  const camera = report.mode === "camera";
  setText("when", when(report));
  setText("kept", kept(report.ended, retentionDays));
  find("running").hidden = report.ended !== null;
  find("room", HTMLAnchorElement).href = roomLink;
  const { students } = report;
  find("nothing").hidden = students !== null;
  find("recorded").hidden = students === null;
  if (students === null) return;
  for (const element of findAll(document, ".camera-only")) element.hidden = !camera;
  showFacts(students, report);
  showLooks(report.shares);
  showPace(report.pace);
  showAlerts(report.alerts);
  showStretches(report, camera);
  new Timeline(find("timeline"), report).update();
}

/**
 * @param {MostAndMean} students
 * @param {Report} report
 */
function showFacts(students, report) {
  const { shown_minutes: shown, hidden_minutes: hidden, valence } = report;
  const numbers = { most: students.most, mean: students.mean.toFixed(0) };
  setText("students", gettext("up to {most}, {mean} on average", numbers));
  setText("shown", shown > 0 ? duration(shown) : gettext("never"));
  setText("hidden", hidden > 0 ? whyHidden(report) : gettext("never"));
  setText("balance", valence === null ? NONE : wordsAndFigure(valence));
}

/** @param {Shares | null} shares */
function showLooks(shares) {
  find("no-looks").hidden = shares !== null;
  if (shares === null) return;
  const order = largestFirst(shares);
  const words = order.map(([emotion]) => [emotion, EMOTION_WORDS[emotion]]);
  const given = Object.fromEntries(order);
  showBars(find("shares"), Object.fromEntries(words), (emotion) => [
    given[emotion],
    percent(given[emotion]),
  ]);
}

/** @param {Record<Pace, MostAndMean> | null} pace */
function showPace(pace) {
  find("no-pace").hidden = pace !== null;
  find("pace").hidden = pace === null;
  if (pace === null) return;
  const rows = namesOf(PACE_TOLD).map((word) =>
    rowOf({ text: PACE_TOLD[word] }, [String(pace[word].most), pace[word].mean.toFixed(1)]),
  );
  bodyOf("pace").append(...rows);
}

/** @param {Alert[]} alerts */
function showAlerts(alerts) {
  find("alerts-card").hidden = alerts.length === 0;
  find("alerts").append(
    ...alerts.map((alert) => {
      const item = document.createElement("li");
      item.textContent = `${clock(alert.since)}: ${whyAlert(alert)}`;
      return item;
    }),
  );
}

/**
 * @param {Report} report
 * @param {boolean} camera
 */
function showStretches({ stretches, best, hardest }, camera) {
  // The first one begins with the class, all others with a note of the teacher's.
  const texts = stretches.map(({ text }, index) =>
    index === 0 ? gettext("Start of the class") : text,
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
  const rows = stretches.map((stretch, index) =>
    rowOf({ text: texts[index], note: listed(remarks[index]) }, [
      stretch.students?.toFixed(0) ?? NONE,
      ...(camera ? [look(stretch.shares), shortBalance(stretch.valence)] : []),
      stretch.pace?.lost.toFixed(1) ?? NONE,
      stretch.pace?.slow_down.toFixed(1) ?? NONE,
    ]),
  );
  bodyOf("stretches").append(...rows);
}

/**
 * This class and the earlier ones of its title, newest first.
 * @param {Report} report
 * @param {Report[]} earlier
 */
export function showEarlier(report, earlier) {
  find("earlier-card").hidden = earlier.length === 0;
  const rows = [report, ...earlier].map((each) => {
    const began = { text: day(each.began), note: clock(each.began) };
    const heading =
      each === report
        ? { ...began, note: listed([began.note, gettext("this class")]) }
        : { ...began, link: `/report/${each.code}` };
    return rowOf(heading, [
      String(each.students?.most ?? NONE),
      look(each.shares),
      shortBalance(each.valence),
      String(each.pace?.lost.most ?? NONE),
      String(each.pace?.slow_down.most ?? NONE),
    ]);
  });
  bodyOf("earlier").append(...rows);
}

/**
 * The rows of a table below its heading.
 * @param {string} id the table's
 */
const bodyOf = (id) => find(id, HTMLTableElement).tBodies[0];

/**
 * A row of a table; the note stands below its heading.
 * @param {{text: string, note?: string, link?: string}} heading
 * @param {string[]} cells
 */
function rowOf({ text, note = "", link }, cells) {
  const row = document.createElement("tr");
  const heading = document.createElement("th");
  heading.scope = "row";
  const name = document.createElement(link ? "a" : "span");
  name.textContent = text;
  if (name instanceof HTMLAnchorElement && link) name.href = link;
  const small = document.createElement("small");
  small.textContent = note;
  heading.append(name, " ", small);
  row.append(heading);
  for (const cell of cells) row.insertCell().textContent = cell;
  return row;
}

/** @param {Stretch} stretch */
const times = ({ from, to }) => gettext("{from} to {to}", { from: clock(from), to: clock(to) });
/** @param {number} valence */
const wordsAndFigure = (valence) => `${valenceWords(valence)} (${signed(valence)})`;
/** @param {number | null} valence */
const shortBalance = (valence) => (valence === null ? NONE : signed(valence));

/** @param {Shares | null} shares */
function look(shares) {
  if (shares === null) return NONE;
  const [emotion, share] = largestFirst(shares)[0];
  return `${EMOTION_WORDS[emotion]} ${percent(share)}`;
}
