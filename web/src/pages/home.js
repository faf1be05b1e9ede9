/** The first page: a teacher starts a class and is taken to its room, or finds an earlier one.
 *
 * @import { Mode } from "../shared/contract.js"
 * @import { KnownClass } from "../shared/my-classes.js"
 */

import { ClassList } from "../home/class-list.js";
import { CourseList } from "../home/course-list.js";
import { startLesson } from "../shared/courses.js";
import { remember, rememberCourse } from "../shared/my-classes.js";
import { find, findIn, messageOf, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const form = find("open-class", HTMLFormElement);
const titleField = findIn(form, "[name=title]", HTMLInputElement);
const notesField = findIn(form, "[name=notes_for_students]", HTMLInputElement);
const qnaField = findIn(form, "[name=qna]", HTMLInputElement);
const courseField = findIn(form, "[name=course]", HTMLInputElement);
const buttons = [findIn(form, "button", HTMLButtonElement), find("try-out", HTMLButtonElement)];
const courses = new CourseList();
// Where classes are started from a learning platform alone there is a form for nobody.
const list = new ClassList(startAgain, !form.hidden);

courses.show();
list.show();
enable(true); // until now, nobody would have heard the click
// The Back button brings the page back as it was left.
window.addEventListener("pageshow", () => {
  enable(true);
  courses.show();
  list.show();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const title = titleField.value;
  const chosen = new FormData(form);
  const mode = /** @type {Mode} */ (chosen.get("mode"));
  const password = chosen.get("password") ?? undefined; // where the server asks teachers for one
  const asked = { title, mode, notes_for_students: notesField.checked, qna: qnaField.checked };
  const isCourse = courseField.checked;
  start("problem", async () => {
    const address = isCourse ? "/api/courses" : "/api/classes";
    const { code, token, room_url: room } = await post(address, { ...asked, password });
    const known = { code, title: title.trim(), mode, created_at: Date.now() / 1000 };
    if (isCourse) rememberCourse(known, token);
    else remember({ ...asked, ...known }, token);
    return isCourse ? startLesson(code, token) : room;
  });
});
find("try-out").addEventListener("click", tryOut);

function tryOut() {
  start("try-problem", async () => (await post("/api/tryout")).room_url); // which remembers it
}

/**
 * @param {string} problem where it is said why there is none
 * @param {() => Promise<string>} open resolves to the address of the class's room
 */
async function start(problem, open) {
  setText(problem, "");
  enable(false);
  try {
    location.assign(await open()); // with the token too: a browser may keep nothing
  } catch (error) {
    courses.show(); // there may be one by now, without a lesson
    const reason = messageOf(error);
    setText(problem, gettext("The class could not be started: {reason}", { reason }));
    enable(true);
  }
}

/**
 * What the server answers; throws an Error with its sentence if that is a refusal.
 * @param {string} address
 * @param {object} [asked]
 */
async function post(address, asked) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: asked && JSON.stringify(asked),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(gettext(answer.error));
  return answer;
}

/** @param {boolean} isEnabled */
function enable(isEnabled) {
  for (const button of buttons) button.disabled = !isEnabled;
}

/**
 * Another class as this one was: with the same mode only where the server still allows it.
 * @param {KnownClass} known
 */
function startAgain({ title, mode, notes_for_students: notes, qna, simulated }) {
  if (simulated) return tryOut();
  titleField.value = title;
  notesField.checked = notes ?? false;
  qnaField.checked = qna ?? false;
  courseField.checked = false;
  const choice = form.querySelector(`[value="${mode}"]`);
  if (choice instanceof HTMLInputElement) choice.checked = true;
  form.scrollIntoView();
  form.requestSubmit();
}
