/** The report's page: what is left of a class, for its teacher to keep or to delete.
 *
 * @import { Report } from "../shared/contract.js"
 */

import { earlierReports } from "../report/earlier.js";
import { bearer, forget, fragment, keepToken, takeToken } from "../shared/my-classes.js";
import { find, messageOf, pageData, setText, showInstead } from "../shared/page.js";
import { showEarlier, showReport } from "../report/view.js";
import { fileName } from "../report/words.js";
import { gettext } from "../shared/texts.js";

const code = pageData("code");
const retentionDays = Number(pageData("retentionDays"));
const token = takeToken(code);
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
    /** @type {Report} */
    const report = await (await ask(`/report/${code}.json`)).json();
    keepToken(code, token);
    const roomLink = `/room/${code}${fragment(code, token)}`;
    find("loading").hidden = true;
    find("report").hidden = false; // first: charts are as wide as the page lets them be
    showReport(report, { retentionDays, roomLink });
    offer(report);
    showEarlier(report, await earlierReports(report));
  } catch (error) {
    close(gettext("No report"), messageOf(error));
  }
}

/** @param {Report} report */
function offer(report) {
  find("print").addEventListener("click", () => window.print());
  find("csv").addEventListener("click", () => download(report, "csv"));
  find("json").addEventListener("click", () => download(report, "json"));
  const confirm = find("confirm-delete", HTMLDialogElement);
  find("delete").addEventListener("click", () => confirm.showModal());
  confirm.addEventListener("close", () => {
    if (confirm.returnValue === "delete") deleteClass();
  });
}

/**
 * @param {Report} report
 * @param {"csv" | "json"} extension
 */
async function download(report, extension) {
  await attempt(async () => {
    const answer = await ask(`/report/${code}.${extension}`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = fileName(report, extension);
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

async function deleteClass() {
  await attempt(async () => {
    await ask(`/api/classes/${code}`, "DELETE");
    forget(code);
    close(
      gettext("Deleted"),
      gettext("Everything about this class was deleted. This page has nothing more to show."),
    );
  });
}

/**
 * Do what a button asks for; what goes wrong is said beside it.
 * @param {() => Promise<void>} task
 */
async function attempt(task) {
  setText("status", "");
  try {
    await task();
  } catch (error) {
    setText("status", messageOf(error));
  }
}

/**
 * A request as the teacher; throws an Error with a sentence for what went wrong.
 * @param {string} address
 */
async function ask(address, method = "GET") {
  const request = fetch(address, { method, headers: bearer(token) });
  const answer = await request.catch(() => {
    throw new Error(
      gettext("The server could not be reached. Is there a connection? Then try again."),
    );
  });
  if (!answer.ok) {
    throw new Error(
      REFUSED[answer.status] ?? gettext("The server has a problem. Try again later."),
    );
  }
  return answer;
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
