/** A report on its page. */

import { whyAlert } from "./alerts-list.js";
import { showBars } from "./bars.js";
import { balanceWords, clock, day, percent, signed } from "./figures.js";
import { EMOTION_WORDS, PACE_TOLD } from "./labels.js";
import { find, setText } from "./page.js";
import { duration, kept, largestFirst, when, whyHidden } from "./report-words.js";
import { gettext, listed } from "./texts.js";
import { Timeline } from "./timeline.js";

const NONE = "–";

/**
 * @param {object} report the contract's JSON
 * @param {{retentionDays: number, roomLink: string}} page
 */
export function showReport(report, { retentionDays, roomLink }) {
  const camera = report.mode === "camera";
  setText("when", when(report));
  setText("kept", kept(report.ended, retentionDays));
  find("running").hidden = report.ended !== null;
  find("room").href = roomLink;
  const recorded = report.points.length > 0;
  find("nothing").hidden = recorded;
  find("recorded").hidden = !recorded;
  if (!recorded) return;
  for (const element of document.querySelectorAll(".camera-only")) element.hidden = !camera;
  showFacts(report);
  showLooks(report.shares);
  showPace(report.pace);
  showAlerts(report.alerts);
  showStretches(report, camera);
  new Timeline(find("timeline"), { mode: report.mode }).reset(report);
}

function showFacts({ students, shown_minutes: shown, hidden_minutes: hidden, valence, ...report }) {
  const numbers = { most: students.most, mean: students.mean.toFixed(0) };
  setText("students", gettext("up to {most}, {mean} on average", numbers));
  setText("shown", shown > 0 ? duration(shown) : gettext("never"));
  setText("hidden", hidden > 0 ? whyHidden(report) : gettext("never"));
  setText("balance", valence === null ? NONE : balance(valence));
}

function showLooks(shares) {
  find("no-looks").hidden = shares !== null;
  const order = largestFirst(shares ?? {}).map(([emotion]) => [emotion, EMOTION_WORDS[emotion]]);
  showBars(find("shares"), Object.fromEntries(order), (emotion) => [
    shares[emotion],
    percent(shares[emotion]),
  ]);
}

function showPace(pace) {
  find("no-pace").hidden = pace !== null;
  find("pace").hidden = pace === null;
  find("pace").tBodies[0].append(
    ...Object.keys(pace === null ? {} : PACE_TOLD).map((word) =>
      rowOf({ text: PACE_TOLD[word] }, [pace[word].most, pace[word].mean.toFixed(1)]),
    ),
  );
}

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

function showStretches({ stretches, best, hardest }, camera) {
  // The first one begins with the class, all others with a note of the teacher's.
  const texts = stretches.map(({ text }, index) =>
    index === 0 ? gettext("Start of the class") : text,
  );
  find("stretches-card").hidden = stretches.length < 2;
  find("best-and-hardest").hidden = best === null;
  if (best !== null) {
    const name = (index) => listed([texts[index], times(stretches[index])]);
    setText("best", name(best));
    setText("hardest", name(hardest));
  }
  const remarks = { [best]: gettext("best stretch"), [hardest]: gettext("hardest stretch") };
  find("stretches").tBodies[0].append(
    ...stretches.map((stretch, index) =>
      rowOf(
        { text: texts[index], note: listed([times(stretch), remarks[index]].filter(Boolean)) },
        [
          stretch.students?.toFixed(0) ?? NONE,
          ...(camera ? [look(stretch.shares), shortBalance(stretch.valence)] : []),
          stretch.pace?.lost.toFixed(1) ?? NONE,
          stretch.pace?.slow_down.toFixed(1) ?? NONE,
        ],
      ),
    ),
  );
}

/** This class and the earlier ones of its title, newest first. */
export function showEarlier(report, earlier) {
  find("earlier-card").hidden = earlier.length === 0;
  find("earlier").tBodies[0].append(
    ...[report, ...earlier].map((each) => {
      const began = { text: day(each.began), note: clock(each.began) };
      const heading =
        each === report
          ? { ...began, note: listed([began.note, gettext("this class")]) }
          : { ...began, link: `/report/${each.code}` };
      return rowOf(heading, [
        each.students?.most ?? NONE,
        look(each.shares),
        shortBalance(each.valence),
        each.pace?.lost.most ?? NONE,
        each.pace?.slow_down.most ?? NONE,
      ]);
    }),
  );
}

/** A row of a table; the note stands below its heading. */
function rowOf({ text, note = "", link }, cells) {
  const row = document.createElement("tr");
  const heading = document.createElement("th");
  heading.scope = "row";
  const name = document.createElement(link ? "a" : "span");
  name.textContent = text;
  if (link) name.href = link;
  const small = document.createElement("small");
  small.textContent = note;
  heading.append(name, " ", small);
  row.append(heading);
  for (const cell of cells) row.insertCell().textContent = cell;
  return row;
}

const times = ({ from, to }) => gettext("{from} to {to}", { from: clock(from), to: clock(to) });
const balance = (valence) => `${balanceWords(valence)} (${signed(valence)})`;
const shortBalance = (valence) => (valence === null ? NONE : signed(valence));

function look(shares) {
  if (shares === null) return NONE;
  const [emotion, share] = largestFirst(shares)[0];
  return `${EMOTION_WORDS[emotion]} ${percent(share)}`;
}
