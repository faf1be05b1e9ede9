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
import { Refused, ask } from "../shared/ask.js";
import { linkLessons } from "../shared/courses.js";
import { looks } from "../shared/looks.js";
import { forget, fragment, keepToken, takeTokens } from "../shared/my-classes.js";
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
    looks.meet(report.points);
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
  return readReport(await fileOf("json"));
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
        await ask(address(t), token, { method: "PUT", body: { text } });
        await refresh();
      }),
    erase: ({ t }) =>
      tellTrouble("notes-status", async () => {
        await ask(address(t), token, { method: "DELETE" });
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
    const answer = await fileOf(extension);
    saveFile(await answer.blob(), fileName(report, extension));
  });
}

async function deleteClass() {
  await tellTrouble("delete-status", async () => {
    await ask(`/api/classes/${code}`, token, { method: "DELETE" });
    forget(code);
    close(
      gettext("Deleted"),
      gettext("Everything about this class was deleted. This page has nothing more to show."),
    );
  });
}

/**
 * A file of the report; throws an Error with a sentence for what went wrong.
 * @param {"csv" | "json"} extension
 */
async function fileOf(extension) {
  try {
    return await ask(`/report/${code}.${extension}`, token);
  } catch (error) {
    const status = error instanceof Refused ? error.status : 0;
    throw new Error(REFUSED[status] ?? messageOf(error), { cause: error });
  }
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
