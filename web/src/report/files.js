/** The files that a teacher takes along.
 *
 * @import { Report } from "../shared/contract.js"
 */

import { twoDigits } from "../shared/figures.js";

/**
 * The name of a file for this class: "algebra-monday-2026-11-23.csv".
 * @param {Pick<Report, "title" | "began">} report
 * @param {"csv" | "json" | "vtt"} extension
 */
export function fileName({ title, began }, extension) {
  const words = title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? ["class"];
  const date = new Date(began * 1000);
  const today = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())];
  return `${[...words, ...today].join("-")}.${extension}`;
}

/**
 * Have the browser save a file.
 * @param {Blob} content
 * @param {string} name
 */
export function saveFile(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
