/** "Chapters for the recording": the teacher says once when the recording began.
 *
 * @import { Report } from "../shared/contract.js"
 */

import { keepRecording, keptRecording } from "../shared/my-classes.js";
import { copy, find, setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";
import { chapterLines, chaptersOf, recordingBegan, timeOfDay, webVtt } from "./chapters.js";
import { fileName, saveFile } from "./files.js";

export class ChaptersCard {
  #report;
  #field = find("recording-began", HTMLInputElement);

  /** @param {Report} report read anew at each change */
  constructor(report) {
    this.#report = report;
    this.#field.value = keptRecording(report.code) ?? timeOfDay(report.began);
    this.#field.addEventListener("input", () => {
      if (this.show().length > 0) keepRecording(report.code, this.#field.value);
    });
    find("vtt").addEventListener("click", () => {
      const file = new Blob([webVtt(this.show())], { type: "text/vtt" });
      saveFile(file, fileName(report, "vtt"));
    });
    find("copy-chapters").addEventListener("click", async () => {
      const copied = await copy(find("chapter-lines"));
      setText("chapters-copied", copied ? gettext("Copied.") : "");
    });
    this.show();
  }

  /** Show the chapters as they are now; returns them, none if the time is none. */
  show() {
    const began = recordingBegan(this.#field.value, this.#report.began);
    const chapters = began === null ? [] : chaptersOf(this.#report, began);
    const isWrong = chapters.length === 0;
    const trouble = gettext(
      "Please type the time of day at which the recording began, before the class was over.",
    );
    setText("chapters-trouble", isWrong ? trouble : "");
    setText("chapters-copied", "");
    find("chapter-lines").textContent = chapterLines(chapters);
    this.#field.ariaInvalid = String(isWrong);
    for (const id of ["vtt", "copy-chapters"]) find(id, HTMLButtonElement).disabled = isWrong;
    return chapters;
  }
}
