/** The teacher's page: the class as a whole, live.
 *
 * @import { Marker, Mode, TeacherAuth } from "../shared/contract.js"
 */

import { saidBefore } from "../room/before.js";
import { isAnswered, showClass, showHands } from "../room/class-now.js";
import { detail } from "../room/detail.js";
import { showAlerts, showGlance, showWhyHidden } from "../room/glance-card.js";
import { GlanceKeeper } from "../room/glance.js";
import { placeInvite } from "../room/invite.js";
import { JoinScreen } from "../room/join-screen.js";
import { NoteStore, offerWords, offered, showNoted, showNotes } from "../room/notes.js";
import { settleAll, settlePost, showPosts } from "../room/posts.js";
import { Presenting } from "../room/presenting.js";
import { onAsk, showQuestion } from "../room/question.js";
import { RoomState } from "../room/state.js";
import {
  clearAnswers,
  deleteNote,
  lowerAll,
  lowerHand,
  notesWithout,
  showUndo,
  viewWithout,
} from "../room/taken-down.js";
import { Pending } from "../room/pending.js";
import { ClassSocket } from "../shared/class-socket.js";
import { linkLessons } from "../shared/courses.js";
import { clock } from "../shared/figures.js";
import { letCopy } from "../shared/copying.js";
import { looks } from "../shared/looks.js";
import {
  bearer,
  fragment,
  keepLessons,
  keepToken,
  keptToken,
  myClasses,
  remember,
  rememberCourse,
  takeTokens,
} from "../shared/my-classes.js";
import {
  askBefore,
  find,
  findAll,
  findIn,
  pageData,
  setText,
  showInstead,
} from "../shared/page.js";
import { SmallWindow } from "../shared/small-window.js";
import { gettext } from "../shared/texts.js";
import { Timeline } from "../timeline/timeline.js";

const code = pageData("code");
const mode = /** @type {Mode} */ (pageData("mode"));
const minStudents = Number(pageData("minStudents"));
const { course, ended, keepsReport, notesForStudents, qna, simulated } = document.body.dataset;
const REFRESH_MILLISECONDS = 1000; // of what changes with time alone
// Where the teacher does something that waits for a server.
const ACTIVE = ["glance", "question-card", "hands-card", "notes", ...(qna ? ["posts-card"] : [])];
// What stays in front of the slides, in the order in which it stands there: nothing that names anybody.
const SMALL_PARTS = ["status", "glance", "question-card", "said-card"];
const SMALL_SIZE = { width: 340, height: 420 };

const [token, courseToken] = takeTokens(course ? [code, course] : [code]);
// Another teacher's link in the same tab changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());
if (token === null) {
  close(
    gettext(
      "This page opens with the teacher's link. It is in the room where the class was opened, under “Let a second teacher in”.",
    ),
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
  const keeper = new GlanceKeeper();
  const pending = new Pending(showAll);
  const notes = new NoteStore(code, () => token);
  const presenting = new Presenting(pageData("title"));
  const joinScreen = new JoinScreen();
  // Found here, they are found wherever they are later.
  for (const id of SMALL_PARTS) for (const inner of findAll(find(id), "[id]")) find(inner.id);
  const small = new SmallWindow({
    parts: SMALL_PARTS,
    size: SMALL_SIZE,
    away: gettext("The class is in the small window until you close it."),
  });
  const endIt = findIn(find("confirm-end"), "[value=end]", HTMLButtonElement);
  /** @type {ClassSocket["ask"]} */
  const ask = (event, message) => socket.ask(event, message);
  let status = "";
  /** @type {{isTyped: boolean} | null} */
  let marking = null; // until the moment that was marked here is known

  showLive();
  socket.on("history", (past, acknowledge) => {
    looks.meet(past.points);
    state.takeHistory(past);
    timeline.update();
    showAll();
    acknowledge?.();
  });
  socket.on("view", (view) => {
    const isFirst = state.view === null;
    const wasLive = state.isLive;
    looks.meet([view]);
    state.takeView(view);
    pending.settle();
    if (isFirst) {
      begin(token);
      if (isEmpty()) showAllOfIt();
      else timeline.placed.then(showAllOfIt);
    }
    placeInvite(view.students < minStudents && !simulated);
    setText("joined", String(view.students));
    showAll();
    if (!wasLive) showLive();
  });
  socket.on("point", (point) => {
    looks.meet([point]);
    state.takePoint(point);
  });
  socket.on("marker", (marker) => {
    state.takeMarker(marker);
    showNoted(marker);
    if (marking) offerWords(marker, marking.isTyped);
    marking = null;
    showMarkers();
  });
  socket.on("markers", ({ markers }) => {
    state.takeMarkers(markers);
    showMarkers();
  });
  socket.on("posts", (told) => {
    state.takePosts(told);
    showAll();
  });
  socket.on("disconnect", standStill);
  socket.on("trouble", ({ live }) => live || standStill()); // until the next view
  socket.on("ended", () => {
    stop();
    closeAfterEnd(token);
    seeReport();
  });
  // A view that has just come has shown it all.
  const refreshing = setInterval(() => state.age > 0.5 && showAll(), REFRESH_MILLISECONDS);
  window.addEventListener("pagehide", () => pending.flush());

  function stop() {
    clearInterval(refreshing);
    socket.close();
    timeline.close();
    small.close();
    joinScreen.close();
    document.removeEventListener("keydown", onKey);
  }

  /** @param {string} reason */
  function closed(reason) {
    stop();
    if (state.view === null) close(reason);
    else location.reload(); // ended or deleted while this page was cut off: the server says which
  }

  /** Show what is so now, which changes with each view, with what is undone, and with time alone. */
  function showAll() {
    if (state.isStale) standStill();
    showUndo(pending);
    if (state.view === null) return;
    showNotes(notesWithout(state.markers, pending), notes, remove);
    const view = viewWithout(state.view, pending);
    showClass(view, minStudents);
    find("over-time").hidden = isEmpty();
    find("clear-pace", HTMLButtonElement).disabled = !state.isLive || !isAnswered(view);
    showHands(view.help, state.now, (hand) => lowerHand(pending, hand, ask));
    if (qna) showPosts(state, pending, ask, (post) => settlePost(pending, state, post, ask));
    if (!state.isLive) return;
    const glance = keeper.take(view, state.steadyClock());
    const before = saidBefore(state.points, state.markers, state.now);
    showGlance(glance, detail(glance, view, before, mode));
    showWhyHidden(view, minStudents);
    showAlerts(view.alerts, glance, (kind) => ask("silence", { kind }));
    showQuestion(view.asked, { now: state.now, students: view.students, minStudents });
    presenting.tell(glance, view);
  }

  /** Nothing has happened yet that a timeline could show. */
  function isEmpty() {
    return state.view?.students === 0 && state.points.length + state.markers.length === 0;
  }

  function showMarkers() {
    timeline.update();
    showAll();
  }

  function standStill() {
    pending.drop();
    state.standStill();
    showLive();
  }

  /** Whether the page shows what is so now. What it shows is old otherwise, and nothing is done. */
  function showLive() {
    find("live").classList.toggle("old", !state.isLive && state.view !== null);
    find("joined-now").hidden = !state.isLive; // nobody sees there that it is old
    const buttons = ACTIVE.flatMap((id) => findAll(find(id), "button", HTMLButtonElement));
    for (const control of [...buttons, find("end", HTMLButtonElement), endIt]) {
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

  /** @param {boolean} isTyped with the keyboard, on which its words are typed next */
  async function mark(isTyped) {
    marking = { isTyped };
    if (!(await ask("marker", { text: "" }))) marking = null;
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const isFree = event.target === document.body || event.target instanceof HTMLButtonElement;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (!isFree || !isPlain) return;
    const key = event.key.toLowerCase();
    if (key === "m" && state.isLive && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      mark(true);
    } else if (key === "j") joinScreen.toggle();
  }

  /** @param {Marker} note */
  function remove(note) {
    deleteNote(pending, note, async () => {
      const isDone = await notes.remove(note);
      if (isDone) state.takeMarkers(state.markers.filter(({ t }) => t !== note.t));
      return isDone;
    });
  }

  onAsk((question) => ask("ask", { question }));
  find("close-question").addEventListener("click", () => ask("ask", { question: null }));
  find("mark").addEventListener("click", () => mark(false));
  document.addEventListener("keydown", onKey);
  find("show-join-screen").addEventListener("click", () => joinScreen.toggle());
  find("add-words").addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = offered();
    const text = find("marker-text", HTMLInputElement).value.trim();
    if (note && text && (await notes.rename(note, text))) showNoted({ ...note, text });
    else setText("noted", gettext("The server did not take it. Please try again."));
  });
  find("clear-pace").addEventListener("click", () => {
    if (state.view) clearAnswers(pending, state.view, ask);
  });
  find("all-seen").addEventListener("click", () => {
    if (state.view) lowerAll(pending, viewWithout(state.view, pending), ask);
  });
  if (qna) find("all-answered").addEventListener("click", () => settleAll(pending, state, ask));
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
  askBefore("end", "confirm-end", "end", () => socket.ask("end", {}));
  const invite = find("invite", HTMLDetailsElement);
  find("show-invite").addEventListener("click", () => {
    invite.open = true;
    findIn(invite, "summary").focus();
  });
}

/**
 * With the first view: the token has opened the room.
 * @param {string} token
 */
function begin(token) {
  const about = { title: pageData("title"), mode, created_at: Number(pageData("createdAt")) };
  if (course && courseToken) {
    // The page of the course has another one prove itself before it takes the place of this.
    rememberCourse({ ...about, code: course }, keptToken(course) ?? courseToken);
    keepLessons(course, [{ code, token }]);
    return;
  }
  keepToken(code, token);
  if (!myClasses().some((known) => known.code === code)) {
    const known = {
      ...about,
      code,
      course,
      notes_for_students: notesForStudents !== undefined,
      qna: qna !== undefined,
      simulated: simulated !== undefined,
    };
    remember(known, token);
  }
}

/** @param {string} token */
function showLinks(token) {
  const report = `/report/${code}${fragment(code, token, courseToken)}`;
  for (const link of findAll(document, ".to-report", HTMLAnchorElement)) link.href = report;
  linkLessons(course, courseToken);
  find("room-link", HTMLInputElement).value = `${location.origin}/room/${code}#${token}`;
}

letCopy();

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

/** Go where the teacher goes next: to the report, unless the class was deleted. */
async function seeReport() {
  const link = findIn(find("see-report"), "a", HTMLAnchorElement);
  if (!keepsReport) return;
  try {
    if ((await fetch(link.href, { method: "HEAD" })).ok) location.replace(link.href);
  } catch {
    // The server is away: the link stays.
  }
}

/** Nothing of what is shown moves any more. */
function showAllOfIt() {
  document.body.classList.remove("opening");
}

/** @param {string} reason */
function close(reason) {
  setText("over-reason", reason);
  showInstead("live", "over");
  findIn(document.body, ".here").hidden = true;
  showAllOfIt();
}
