/** The teacher's page: the class as a whole, live.
 *
 * @import { Marker, Mode, Point, TeacherAuth, View } from "../shared/contract.js"
 */

import { showAlerts } from "../room/alerts-list.js";
import { beforeTheNote } from "../room/before.js";
import { showClass, showHands } from "../room/class-now.js";
import { ClassSocket } from "../shared/class-socket.js";
import { clock } from "../shared/figures.js";
import { SteadyHeadline, headline } from "../room/headline.js";
import {
  bearer,
  fragment,
  keepToken,
  myClasses,
  remember,
  takeToken,
} from "../shared/my-classes.js";
import { find, findAll, pageData, setText, showInstead } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { Timeline } from "../timeline/timeline.js";

const code = pageData("code");
const mode = /** @type {Mode} */ (pageData("mode"));
const minStudents = Number(pageData("minStudents"));
const { ended, keepsReport } = document.body.dataset;
const REFRESH_MILLISECONDS = 1000; // of what changes with time alone
const STALE_MILLISECONDS = 30_000; // without a view; one comes every ten seconds at least
const CONTROLS = "#alerts button, #marker button, .now button, #end, #confirm-end [value=end]";

const token = takeToken(code);
// Another teacher's link in the same tab changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());
if (token === null) {
  close(
    gettext("This page opens with the teacher's link, which was shown when the class was started."),
  );
} else if (ended) {
  closeAfterEnd(token);
} else {
  open(token);
}

/** @param {string} token until the teacher has a new one made */
function open(token) {
  showLinks(token);
  /** @type {TeacherAuth} */
  const auth = { role: "teacher", code, token };
  const socket = new ClassSocket(auth, { status: showStatus, closed });
  const timeline = new Timeline(find("timeline"), { mode });
  const steady = new SteadyHeadline();
  /** @type {View | null} */
  let view = null; // the newest
  let viewedAt = 0; // when it came: milliseconds of a clock that nobody sets
  /** @type {Point[]} */
  let points = [];
  /** @type {Marker[]} */
  let markers = [];
  let asked = 0; // the server's time of the history
  let ahead = 0; // seconds by which the server's clock is ahead of this machine's
  let isLive = false; // from a connection's first view on
  let status = "";

  setLive(false);
  socket.on("history", (past, acknowledge) => {
    asked = past.t;
    ahead = past.t - seconds();
    // A long one comes in parts, the latest first: each replaces what is here of its own time. What
    // came last is perhaps not written yet, or nothing can be read just now.
    points = [...before(past.points, points), ...past.points, ...after(past.points, points)];
    markers = [...before(past.markers, markers), ...past.markers, ...after(past.markers, markers)];
    timeline.reset({ t: past.t, points, markers });
    acknowledge?.();
  });
  socket.on("view", (newest) => {
    if (view === null) {
      begin(newest, token);
      timeline.placed.then(() => find("live").classList.remove("opening"));
    }
    view = newest;
    viewedAt = performance.now();
    // The first one after the history may be from before: nothing has changed since.
    if (view.t > asked) ahead = view.t - seconds();
    if (!isLive) setLive(true);
    steady.take(headline(view), seconds());
    showClass(view, minStudents);
    showAlerts(view.alerts, (kind) => socket.ask("silence", { kind }));
    timeline.setNow(view, ahead);
    refresh();
  });
  socket.on("point", (point) => {
    if (after(points, [point]).length === 0) return; // the history had it
    points.push(point);
    timeline.addPoint(point);
  });
  socket.on("marker", (marker) => {
    markers.push(marker);
    timeline.addMarker(marker);
    setText("noted", gettext("Noted: {note}", { note: marker.text }));
  });
  socket.on("disconnect", standStill);
  socket.on("trouble", ({ live }) => live || standStill()); // until the next view
  socket.on("ended", () => {
    stop();
    closeAfterEnd(token);
  });
  const refreshing = setInterval(refresh, REFRESH_MILLISECONDS);

  function stop() {
    clearInterval(refreshing);
    socket.close();
    timeline.close();
  }

  /** @param {string} reason */
  function closed(reason) {
    stop();
    if (view === null) close(reason);
    else location.reload(); // ended or deleted while this page was cut off: the server says which
  }

  function refresh() {
    if (!isLive || view === null) return;
    if (performance.now() - viewedAt > STALE_MILLISECONDS) return standStill();
    setText("headline", steady.text(seconds()) ?? "");
    showHands(view.help, seconds() + ahead);
    setText("before", beforeTheNote(points, markers, seconds() + ahead));
  }

  function standStill() {
    setLive(false);
    timeline.setNow(null, ahead);
  }

  /**
   * Whether the page shows what is so now. What it shows is old otherwise, and nothing is done.
   * @param {boolean} live
   */
  function setLive(live) {
    isLive = live;
    find("live").classList.toggle("old", !live && view !== null);
    for (const control of findAll(find("live"), CONTROLS, HTMLButtonElement)) {
      control.disabled = !live;
    }
    showStatus(status);
  }

  /** @param {string} text */
  function showStatus(text) {
    status = text;
    const age = (performance.now() - viewedAt) / 1000; // of what is shown
    const since = gettext("Not live since {time}.", { time: clock(seconds() - age) });
    setText("status", [isLive || view === null ? "" : since, text].filter(Boolean).join(" "));
  }

  find("marker").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = find("marker-text", HTMLInputElement);
    const text = field.value;
    field.value = "";
    if (!(await socket.ask("marker", { text }))) field.value ||= text;
  });
  find("clear-pace").addEventListener("click", () => socket.ask("clear", { what: "pace" }));
  find("clear-help").addEventListener("click", () => socket.ask("clear", { what: "help" }));
  find("renew-link").addEventListener("click", async () => {
    try {
      const asked = { method: "POST", headers: bearer(token) };
      const answer = await fetch(`/api/classes/${code}/token`, asked);
      if (!answer.ok) throw new Error((await answer.json()).error);
      ({ token } = await answer.json());
    } catch {
      setText("renewed", gettext("The server did not make a new link. The old one still works."));
      return;
    }
    auth.token = token;
    keepToken(code, token);
    showLinks(token);
    socket.reconnect(); // the old token's connections are cut off
    setText("renewed", gettext("This is the new link. The old one opens nothing any more."));
  });
  const confirm = find("confirm-end", HTMLDialogElement);
  find("end").addEventListener("click", () => confirm.showModal());
  confirm.addEventListener("close", () => {
    if (confirm.returnValue === "end") socket.ask("end", {});
  });
}

/**
 * With the first view: the token has opened the room.
 * @param {View} view
 * @param {string} token
 */
function begin({ students }, token) {
  find("invite", HTMLDetailsElement).open = students < minStudents; // out of the way later
  keepToken(code, token);
  if (!myClasses().some((known) => known.code === code)) {
    const createdAt = Number(pageData("createdAt"));
    remember({ code, title: pageData("title"), mode, created_at: createdAt }, token);
  }
}

/** @param {string} token */
function showLinks(token) {
  const report = `/report/${code}${fragment(code, token)}`;
  for (const link of findAll(document, ".to-report", HTMLAnchorElement)) link.href = report;
  find("room-link", HTMLInputElement).value = `${location.origin}/room/${code}#${token}`;
}

for (const button of findAll(document, "[data-copies]")) {
  button.addEventListener("click", async () => {
    const link = find(button.dataset.copies ?? "", HTMLInputElement);
    link.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(link.value);
    else document.execCommand("copy"); // a page without https has no clipboard
    button.textContent = gettext("Copied");
    setTimeout(() => (button.textContent = gettext("Copy")), 2000);
  });
}

/** @param {string} token */
function closeAfterEnd(token) {
  close(
    keepsReport
      ? gettext("The class has ended.")
      : gettext("The class has ended. Nothing of it is kept."),
  );
  find("see-report").hidden = !keepsReport;
  showLinks(token);
}

/** @param {string} reason */
function close(reason) {
  setText("over-reason", reason);
  showInstead("live", "over");
}

function seconds() {
  return Date.now() / 1000;
}

/**
 * Those of `more` that are earlier than all of `some`, which are in order; of none, none.
 * @template {{t: number}} Timed
 * @param {Timed[]} some
 * @param {Timed[]} more
 */
function before(some, more) {
  const first = some[0]?.t ?? -Infinity;
  return more.filter(({ t }) => t < first);
}

/**
 * Those of `more` that are later than all of `some`, which are in order.
 * @template {{t: number}} Timed
 * @param {Timed[]} some
 * @param {Timed[]} more
 */
function after(some, more) {
  const last = some.at(-1)?.t ?? -Infinity;
  return more.filter(({ t }) => t > last);
}
