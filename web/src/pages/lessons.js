/** The page of a course: its teacher starts lessons, and finds those that were and their reports.
 *
 * @import { Mode } from "../shared/contract.js"
 * @import { Course, Lesson } from "../shared/courses.js"
 */

import { momentWords, studentsText, when } from "../report/words.js";
import { Refused } from "../shared/ask.js";
import { letCopy } from "../shared/copying.js";
import { LESSONS_AT_ONCE, askCourse, lessonsOf, startLesson } from "../shared/courses.js";
import { forgetCourse, fragment, rememberCourse, takeToken } from "../shared/my-classes.js";
import {
  askBefore,
  copyOf,
  find,
  findIn,
  messageOf,
  pageData,
  setText,
  showInstead,
  tellTrouble,
} from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const code = pageData("code");
const start = find("start", HTMLButtonElement);
const more = find("more-lessons", HTMLButtonElement);
/** @type {Record<number, string>} */
const REFUSED = {
  403: gettext("This browser's key does not open this course. Open it with the teacher's link."),
  404: gettext(
    "This course is not on the server any more: it was deleted, or not used for a year.",
  ),
};

let token = takeToken(code);
/** @type {Lesson[]} */
let lessons = []; // that are shown, newest first
// Another teacher's link in the same tab changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());

if (token === null) {
  close(
    gettext("Only for the teacher"),
    gettext(
      "The lessons of a course open in the browser in which it was made, or with the teacher's link.",
    ),
  );
} else {
  open();
}

async function open() {
  try {
    await refresh();
  } catch (error) {
    const status = error instanceof Refused ? error.status : 0;
    if (status === 404) forgetCourse(code);
    return close(gettext("No course"), REFUSED[status] ?? messageOf(error));
  }
  find("loading").hidden = true;
  find("course").hidden = false;
  letCopy();
  // A lesson may have begun or ended since.
  document.addEventListener("visibilitychange", () => document.hidden || refresh().catch(() => {}));
  window.addEventListener("focus", () => refresh().catch(() => {})); // from a window beside it
  window.addEventListener("pageshow", ({ persisted }) => {
    start.disabled = false;
    if (persisted) refresh().catch(() => {});
  });
  start.addEventListener("click", async () => {
    start.disabled = true;
    const done = await tellTrouble("problem", async () => {
      location.assign(await startLesson(code, token));
    });
    if (!done) start.disabled = false;
  });
  more.addEventListener("click", () =>
    tellTrouble("problem", async () => {
      const older = await lessonsOf(code, token, lessons.at(-1)?.created_at);
      lessons.push(...older);
      showLessons(older.length === LESSONS_AT_ONCE);
    }),
  );
  find("renew-link").addEventListener("click", () =>
    tellTrouble("problem", async () => {
      ({ token } = await askCourse(code, token, "/token", "POST"));
      await refresh();
      setText("renewed", gettext("This is the new link. The old one opens nothing any more."));
    }),
  );
  askBefore("delete", "confirm-delete", "delete", () => tellTrouble("delete-status", deleteCourse));
}

/** Show what the server says now; throws a Refused. */
async function refresh() {
  /** @type {Course} */
  const course = await askCourse(code, token);
  const { title, mode, created_at } = course;
  if (token) rememberCourse({ code, title, mode, created_at }, token); // before its lessons
  lessons = await lessonsOf(code, token);
  showCourse(course);
  showLessons(lessons.length === LESSONS_AT_ONCE);
}

/** @param {Course} course */
function showCourse({ lesson }) {
  const room = find("room", HTMLAnchorElement);
  start.hidden = lesson !== null;
  room.hidden = lesson === null;
  if (lesson) room.href = addressOf("room", lesson);
  setText("state", lesson ? gettext("A lesson is running.") : gettext("No lesson is running."));
  find("course-link", HTMLInputElement).value = `${location.origin}/lessons/${code}#${token}`;
}

/** @param {boolean} hasMore */
function showLessons(hasMore) {
  find("no-lessons").hidden = lessons.length > 0;
  find("lesson-list").replaceChildren(...lessons.map(rowOf));
  more.hidden = !hasMore;
}

/** @param {Lesson} lesson */
function rowOf(lesson) {
  const row = copyOf("lesson");
  const room = findIn(row, ".room", HTMLAnchorElement);
  const [moment] = momentWords(lesson);
  findIn(row, ".when").textContent = when(lesson);
  const nobody = lesson.ended === null ? "" : gettext("no student was here");
  const here = lesson.students ? studentsText(lesson.students) : nobody;
  findIn(row, ".about").textContent = here;
  findIn(row, ".told").textContent = moment ? gettext("{time}: {sentence}", { ...moment }) : "";
  room.hidden = lesson.ended !== null;
  room.href = addressOf("room", lesson);
  findIn(row, ".report", HTMLAnchorElement).href = addressOf("report", lesson);
  return row;
}

/**
 * @param {"room" | "report"} page
 * @param {{code: string, token: string}} lesson
 */
const addressOf = (page, lesson) => `/${page}/${lesson.code}${fragment(lesson.code, lesson.token)}`;

async function deleteCourse() {
  await askCourse(code, token, "", "DELETE");
  forgetCourse(code);
  close(
    gettext("Deleted"),
    gettext(
      "Everything about this course and its lessons was deleted. This page has nothing more to show.",
    ),
  );
}

/**
 * @param {string} title
 * @param {string} reason
 */
function close(title, reason) {
  find("loading").hidden = true;
  setText("over-title", title);
  setText("over-reason", reason);
  showInstead("course", "over");
}
