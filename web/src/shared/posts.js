/** What students wrote, as lists of teachers and students have it in common.
 *
 * @import { Post } from "./contract.js"
 */

import { copyOf, findAll, findIn } from "./page.js";
import { gettext } from "./texts.js";

/**
 * Show these posts, in this order. Rows that are there stay, with the focus.
 * @param {HTMLElement} list
 * @param {Post[]} posts
 * @param {(row: HTMLElement, post: Post) => void} furnish a new row
 * @param {(row: HTMLElement, post: Post) => void} show what changes of it
 */
export function listPosts(list, posts, furnish, show) {
  const rows = findAll(list, "li");
  const focused = document.activeElement;
  const hadFocus = list.contains(focused);
  for (const row of rows) {
    if (!posts.some(({ id }) => id === row.dataset.id)) row.remove();
  }
  for (const [index, post] of posts.entries()) {
    const row = rows.find(({ dataset }) => dataset.id === post.id) ?? newRow(post, furnish);
    show(row, post);
    // What is in its place already is not moved: it would lose the focus.
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  }
  if (!hadFocus || list.contains(document.activeElement)) return;
  const buttons = findAll(list, "button:not([hidden])");
  (buttons.find((button) => button === focused) ?? buttons[0])?.focus();
}

/**
 * @param {Post} post
 * @param {(row: HTMLElement, post: Post) => void} furnish
 */
function newRow(post, furnish) {
  const row = copyOf("post");
  row.dataset.id = post.id;
  findIn(row, ".text").textContent = post.text;
  furnish(row, post);
  return row;
}

/**
 * How many say "Me too", in words.
 * @param {Post} post
 */
export const secondedBy = ({ seconded }) =>
  seconded === null ? gettext("a few at most") : String(seconded);
