/** The first page: a teacher starts a class and is taken to its room, or finds an earlier one. */

import { ClassList } from "./class-list.js";
import { remember } from "./my-classes.js";
import { gettext } from "./texts.js";

const form = document.querySelector("#open-class");
const problem = document.querySelector("#problem");
const list = new ClassList(startAgain);

list.show();
// The Back button brings the page back as it was left.
window.addEventListener("pageshow", () => {
  form.querySelector("button").disabled = false;
  list.show();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const { title, mode } = Object.fromEntries(new FormData(form));
    const response = await fetch("/api/classes", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ title, mode }),
    });
    const { code, token, room_url: room, error } = await response.json();
    if (!response.ok) throw new Error(gettext(error));
    remember({ code, title: title.trim(), mode, created_at: Date.now() / 1000 }, token);
    location.assign(room); // with the token too: a browser may keep nothing
  } catch (error) {
    problem.textContent = gettext("The class could not be started: {reason}", {
      reason: error.message,
    });
    button.disabled = false;
  }
});

/** Another class with the title and, where the server still allows it, the mode of this one. */
function startAgain({ title, mode }) {
  form.elements.title.value = title;
  const choice = form.querySelector(`[value="${mode}"]`);
  if (choice) choice.checked = true;
  form.scrollIntoView();
  form.requestSubmit();
}
