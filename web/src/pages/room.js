/** The teacher's page: the class as a whole, live.
 *
 * @import { Mode, TeacherAuth, View } from "../shared/contract.js"
 */

import { showAlerts } from "../room/alerts-list.js";
import { beforeTheNote } from "../room/before.js";
import { showClass, showHands } from "../room/class-now.js";
import { ClassSocket } from "../shared/class-socket.js";
import { clock } from "../shared/figures.js";
import { SteadyHeadline, headline } from "../room/headline.js";
import { RoomState } from "../room/state.js";
import {
  bearer,
  fragment,
  keepToken,
  myClasses,
  remember,
  takeToken,
} from "../shared/my-classes.js";
import { copy, find, findAll, pageData, setText, showInstead } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { Timeline } from "../timeline/timeline.js";

const code = pageData("code");
const mode = /** @type {Mode} */ (pageData("mode"));
const minStudents = Number(pageData("minStudents"));
const { ended, keepsReport, notesForStudents } = document.body.dataset;
const REFRESH_MILLISECONDS = 1000; // of what changes with time alone
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
  const state = new RoomState(mode);
  const timeline = new Timeline(find("timeline"), state);
  const steady = new SteadyHeadline();
  let status = "";

  showLive();
  socket.on("history", (past, acknowledge) => {
    state.takeHistory(past);
    timeline.update();
    acknowledge?.();
  });
  socket.on("view", (view) => {
    const isFirst = state.view === null;
    const wasLive = state.isLive;
    state.takeView(view);
    if (isFirst) {
      begin(view, token);
      timeline.placed.then(() => find("live").classList.remove("opening"));
    }
    if (!wasLive) showLive();
    steady.take(headline(view), state.clock());
    showClass(view, minStudents);
    showAlerts(view.alerts, (kind) => socket.ask("silence", { kind }));
    refresh();
  });
  socket.on("point", (point) => state.takePoint(point));
  socket.on("marker", (marker) => {
    state.takeMarker(marker);
    timeline.update();
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
    if (state.view === null) close(reason);
    else location.reload(); // ended or deleted while this page was cut off: the server says which
  }

  /** Show what changes with time alone. */
  function refresh() {
    if (state.isStale) standStill();
    if (!state.isLive || state.view === null) return;
    setText("headline", steady.text(state.clock()) ?? "");
    showHands(state.view.help, state.now);
    setText("before", beforeTheNote(state.points, state.markers, state.now));
  }

  function standStill() {
    state.standStill();
    showLive();
  }

  /** Whether the page shows what is so now. What it shows is old otherwise, and nothing is done. */
  function showLive() {
    find("live").classList.toggle("old", !state.isLive && state.view !== null);
    for (const control of findAll(find("live"), CONTROLS, HTMLButtonElement)) {
      control.disabled = !state.isLive;
    }
    showStatus(status);
  }

  /** @param {string} text */
  function showStatus(text) {
    status = text;
    const since = gettext("Not live since {time}.", { time: clock(state.clock() - state.age) });
    const isOld = !state.isLive && state.view !== null;
    setText("status", [isOld ? since : "", text].filter(Boolean).join(" "));
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
    const known = {
      code,
      title: pageData("title"),
      mode,
      created_at: Number(pageData("createdAt")),
      notes_for_students: notesForStudents !== undefined,
    };
    remember(known, token);
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
    if (!(await copy(find(button.dataset.copies ?? "")))) return; // what to copy is selected
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
