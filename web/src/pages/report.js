/** The report's page: what is left of a class, for its teacher to keep or to delete.
 *
 * @import { Report } from "../shared/contract.js"
 */

import { ChaptersCard } from "../report/chapters-card.js";
import { earlierReports } from "../report/earlier.js";
import { fileName, saveFile } from "../report/files.js";
import { NotesList } from "../report/notes-list.js";
import { readReport } from "../report/read.js";
import { showEarlier, showReport, tellWhatScrolls } from "../report/view.js";
import { linkLessons } from "../shared/courses.js";
import { bearer, forget, fragment, keepToken, takeTokens } from "../shared/my-classes.js";
import {
  askBefore,
  find,
  messageOf,
  pageData,
  setText,
  showInstead,
  tellTrouble,
} from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { Timeline } from "../timeline/timeline.js";

const code = pageData("code");
const { course } = document.body.dataset;
const retentionDays = Number(pageData("retentionDays"));
const [token, courseToken] = takeTokens(course ? [code, course] : [code]);
// A link of another teacher in the same tab changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());

/** @type {Record<number, string>} */
const REFUSED = {
  403: gettext("This browser's key does not open this report. Open it with the teacher's link."),
  404: gettext("This class is not on the server any more: it was deleted, or its time was over."),
};

if (token === null) {
  close(
    gettext("Only for the teacher"),
    gettext(
      "A report opens in the browser in which the class was taught, or after its room was opened with the teacher's link.",
    ),
  );
} else {
  open(token);
}

/** @param {string} token */
async function open(token) {
  try {
    const report = await load();
    keepToken(code, token);
    linkLessons(course, courseToken);
    const roomLink = `/room/${code}${fragment(code, token, courseToken)}`;
    const page = { retentionDays, roomLink };
    find("loading").hidden = true;
    const article = find("report");
    article.hidden = false; // first: charts are as wide as the page lets them be
    showReport(report, page);
    const timeline = new Timeline(find("timeline"), report);
    timeline.update();
    // Nothing moves once it can be seen.
    if (report.students !== null) await timeline.placed;
    article.classList.remove("opening");
    const chapters = new ChaptersCard(report);
    tellWhatScrolls();
    offer(report);
    const refresh = async () => {
      Object.assign(report, await load());
      showReport(report, page);
      timeline.update();
      chapters.show();
    };
    letNotesChange(report, refresh);
    const session = { course, created_at: Number(pageData("createdAt")) };
    showEarlier(report, await earlierReports(report, session));
  } catch (error) {
    close(gettext("No report"), messageOf(error));
  }
}

async function load() {
  return readReport(await ask(`/report/${code}.json`));
}

/** @param {Report} report */
function offer(report) {
  find("print").addEventListener("click", () => window.print());
  find("csv").addEventListener("click", () => download(report, "csv"));
  find("json").addEventListener("click", () => download(report, "json"));
  askBefore("delete", "confirm-delete", "delete", deleteClass);
}

/**
 * @param {Report} report
 * @param {() => Promise<void>} refresh which shows what the notes are part of
 */
function letNotesChange(report, refresh) {
  const address = (/** @type {number} */ t) => `/api/classes/${code}/markers/${t}`;
  new NotesList(report.markers, {
    rewrite: ({ t, text }) =>
      tellTrouble("notes-status", async () => {
        await ask(address(t), { method: "PUT", body: { text } });
        await refresh();
      }),
    erase: ({ t }) =>
      tellTrouble("notes-status", async () => {
        await ask(address(t), { method: "DELETE" });
        await refresh();
      }),
  });
}

/**
 * @param {Report} report
 * @param {"csv" | "json"} extension
 */
async function download(report, extension) {
  await tellTrouble("status", async () => {
    const answer = await ask(`/report/${code}.${extension}`);
    saveFile(await answer.blob(), fileName(report, extension));
  });
}

async function deleteClass() {
  await tellTrouble("delete-status", async () => {
    await ask(`/api/classes/${code}`, { method: "DELETE" });
    forget(code);
    close(
      gettext("Deleted"),
      gettext("Everything about this class was deleted. This page has nothing more to show."),
    );
  });
}

/**
 * A request as the teacher; throws an Error with a sentence for what went wrong.
 * @param {string} address
 * @param {{method?: string, body?: object}} [change]
 */
async function ask(address, { method = "GET", body } = {}) {
  const request = fetch(address, {
    method,
    headers: { "Content-Type": "application/json", ...bearer(token) },
    body: body && JSON.stringify(body),
    keepalive: method !== "GET", // a change is made, even as the page is left
  });
  const answer = await request.catch(() => {
    throw new Error(
      gettext("The server could not be reached. Is there a connection? Then try again."),
    );
  });
  if (!answer.ok) throw new Error(await whyRefused(answer));
  return answer;
}

/** @param {Response} answer */
async function whyRefused(answer) {
  const { error } = await answer.json().catch(() => ({})); // in front of our server may be others
  const known = answer.url.includes("/report/") ? REFUSED[answer.status] : error && gettext(error);
  return known ?? gettext("The server has a problem. Try again later.");
}

/**
 * @param {string} title
 * @param {string} reason
 */
function close(title, reason) {
  find("loading").hidden = true;
  setText("over-title", title);
  setText("over-reason", reason);
  showInstead("report", "over");
}
