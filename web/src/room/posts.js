/** What students wrote: the teacher shows it to all, and says when it is answered.
 *
 * @import { Post } from "../shared/contract.js"
 * @import { Pending } from "./pending.js"
 * @import { RoomState } from "./state.js"
 * @import { Ask } from "./taken-down.js"
 */

import { find, findIn, setText } from "../shared/page.js";
import { listPosts, secondedBy } from "../shared/posts.js";
import { gettext } from "../shared/texts.js";

const MANY_POSTS = 2; // that one tap may settle

/** @param {Post} post */
const postKey = ({ id }) => `post ${id}`;

/**
 * The posts that wait, oldest first, and then what all see, what most second first.
 * @param {Pick<RoomState, "posts" | "postsAt">} state
 * @param {Pending} pending
 * @param {Ask} ask
 * @param {(post: Post) => void} settle
 */
export function showPosts({ posts, postsAt }, pending, ask, settle) {
  const open = posts.filter((post) => !pending.find(postKey(post)));
  const released = open.filter((post) => post.released);
  released.sort((one, other) => (other.seconded ?? 0) - (one.seconded ?? 0));
  find("posts-card").hidden = open.length === 0;
  setText("posts-count", String(open.length));
  find("all-answered").hidden = open.length < MANY_POSTS || postsAt === null;
  const sorted = [...open.filter((post) => !post.released), ...released];
  listPosts(find("posts"), sorted, furnish, showState);

  /**
   * @param {HTMLElement} row
   * @param {Post} post
   */
  function furnish(row, post) {
    const question = { question: post.text };
    const release = findIn(row, ".release");
    release.setAttribute("aria-label", gettext("Show to all: {question}", question));
    release.addEventListener("click", () => ask("release", { id: post.id }));
    const answered = findIn(row, ".settle");
    answered.setAttribute("aria-label", gettext("Answered: {question}", question));
    answered.addEventListener("click", () => settle(post));
  }
}

/**
 * @param {HTMLElement} row
 * @param {Post} post
 */
function showState(row, post) {
  const state = findIn(row, ".state");
  const seconded = { count: secondedBy(post) };
  const text = post.released ? gettext("All see it. Me too: {count}", seconded) : "";
  if (state.textContent !== text) state.textContent = text;
  const release = findIn(row, ".release");
  if (post.released && release === document.activeElement)
    findIn(row, ".settle").focus({ preventScroll: true });
  release.hidden = post.released;
}

/**
 * @param {Pending} pending
 * @param {RoomState} state
 * @param {Post} post
 * @param {Ask} ask
 */
export function settlePost(pending, state, post, ask) {
  const act = () => ask("settle", { id: post.id });
  settle(pending, state, [post], gettext("Question answered."), act);
}

/**
 * All that the page has, those too that could still be undone: what comes since stays.
 * @param {Pending} pending
 * @param {RoomState} state
 * @param {Ask} ask
 */
export function settleAll(pending, state, ask) {
  const { posts, postsAt } = state;
  if (postsAt === null) return;
  const act = () => ask("clear", { what: "posts", t: postsAt });
  settle(pending, state, posts, gettext("All questions answered."), act);
}

/**
 * @param {Pending} pending
 * @param {RoomState} state
 * @param {Post[]} posts
 * @param {string} said
 * @param {() => Promise<boolean>} tell the server
 */
function settle(pending, state, posts, said, tell) {
  const act = async () => {
    const isDone = await tell();
    if (isDone) state.dropPosts(posts);
    return isDone;
  };
  pending.add({ keys: posts.map(postKey), said, act });
}
