/** The first page: a teacher starts a class and is taken to its room, or finds an earlier one.
 *
 * @import { Mode } from "../shared/contract.js"
 * @import { KnownClass } from "../shared/my-classes.js"
 */

import { ClassList } from "../home/class-list.js";
import { remember } from "../shared/my-classes.js";
import { find, findIn, messageOf, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const form = find("open-class", HTMLFormElement);
const titleField = findIn(form, "[name=title]", HTMLInputElement);
const notesField = findIn(form, "[name=notes_for_students]", HTMLInputElement);
const qnaField = findIn(form, "[name=qna]", HTMLInputElement);
const button = findIn(form, "button", HTMLButtonElement);
// Where classes are started from a learning platform alone there is a form for nobody.
const list = new ClassList(form.hidden ? null : startAgain);

list.show();
button.disabled = false; // until now, nobody would have heard the click
// The Back button brings the page back as it was left.
window.addEventListener("pageshow", () => {
  button.disabled = false;
  list.show();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setText("problem", "");
  button.disabled = true;
  try {
    const title = titleField.value;
    const chosen = new FormData(form);
    const mode = /** @type {Mode} */ (chosen.get("mode"));
    const password = chosen.get("password") ?? undefined; // where the server asks teachers for one
    const asked = { title, mode, notes_for_students: notesField.checked, qna: qnaField.checked };
    const response = await fetch("/api/classes", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...asked, password }),
    });
    const { code, token, room_url: room, error } = await response.json();
    if (!response.ok) throw new Error(gettext(error));
    remember({ ...asked, code, title: title.trim(), created_at: Date.now() / 1000 }, token);
    location.assign(room); // with the token too: a browser may keep nothing
  } catch (error) {
    const reason = messageOf(error);
    setText("problem", gettext("The class could not be started: {reason}", { reason }));
    button.disabled = false;
  }
});

/**
 * Another class as this one was: with the same mode only where the server still allows it.
 * @param {KnownClass} known
 */
function startAgain({ title, mode, notes_for_students: notes, qna }) {
  titleField.value = title;
  notesField.checked = notes ?? false;
  qnaField.checked = qna ?? false;
  const choice = form.querySelector(`[value="${mode}"]`);
  if (choice instanceof HTMLInputElement) choice.checked = true;
  form.scrollIntoView();
  form.requestSubmit();
}
