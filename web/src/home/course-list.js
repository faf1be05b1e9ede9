/** "Your courses": what this browser remembers, with what the server says about it today.
 *
 * @import { KnownCourse } from "../shared/my-classes.js"
 * @import { Course } from "../shared/courses.js"
 */

import { Refused } from "../shared/ask.js";
import { askCourse, startLesson } from "../shared/courses.js";
import { forgetCourse, fragment, keepLessons, keptToken, myCourses } from "../shared/my-classes.js";
import { MODE_WORDS } from "../shared/labels.js";
import { copyOf, find, findIn, messageOf, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { offerUndo } from "../shared/undo.js";

export class CourseList {
  /** Show the list as it is now. */
  show() {
    find("course-list").replaceChildren(...myCourses().map((known) => this.#row(known)));
    this.#showCard();
  }

  /** @param {KnownCourse} known */
  #row({ code, title, mode }) {
    const row = copyOf("known-course");
    const start = findIn(row, ".start", HTMLButtonElement);
    findIn(row, ".title").textContent = title;
    findIn(row, ".about").textContent = MODE_WORDS[mode];
    findIn(row, ".code").textContent = code;
    findIn(row, ".lessons", HTMLAnchorElement).href = `/lessons/${code}`;
    start.addEventListener("click", async () => {
      start.disabled = true;
      setText("courses-problem", "");
      try {
        location.assign(await startLesson(code, keptToken(code)));
      } catch (error) {
        start.disabled = false;
        const reason = messageOf(error);
        setText(
          "courses-problem",
          gettext("The lesson could not be started: {reason}", { reason }),
        );
      }
    });
    findIn(row, ".forget").addEventListener("click", () => {
      const undo = forgetCourse(code);
      const over = () => this.#showCard();
      offerUndo(row, gettext("“{title}” is forgotten in this browser.", { title }), { undo, over });
    });
    this.#ask(code, row);
    return row;
  }

  /**
   * @param {string} code
   * @param {HTMLElement} row
   */
  async #ask(code, row) {
    const room = findIn(row, ".room", HTMLAnchorElement);
    try {
      /** @type {Course} */
      const { lesson } = await askCourse(code, keptToken(code));
      findIn(row, ".start").hidden = lesson !== null;
      room.hidden = lesson === null;
      if (lesson === null) return;
      findIn(row, ".state").textContent = gettext("running");
      keepLessons(code, [lesson]);
      room.href = `/room/${lesson.code}${fragment(lesson.code, lesson.token)}`;
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0;
      if (status === 404) this.#drop(code, row);
      if (status !== 403) return;
      const noKey = gettext("this browser has no key to it any more");
      findIn(row, ".state").textContent = noKey;
    }
  }

  /**
   * @param {string} code
   * @param {HTMLElement} row
   */
  #drop(code, row) {
    forgetCourse(code);
    row.remove();
    this.#showCard();
  }

  #showCard() {
    const { childElementCount: rows } = find("course-list"); // one that is forgotten can come back
    find("my-courses").hidden = rows === 0;
  }
}
