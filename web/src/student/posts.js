/** Questions that a student writes, without a name, and "Me too" to those that the teacher shows.
 *
 * @import { Post, StudentMessages } from "../shared/contract.js"
 * @import { Refusal } from "../shared/class-socket.js"
 */

import { find, findIn, pageData, setText, tabMemory } from "../shared/page.js";
import { listPosts, secondedBy } from "../shared/posts.js";
import { gettext } from "../shared/texts.js";

const SECONDED = `classpulse.seconded.${pageData("code")}`; // ids, which outlast a reload of the page

export class Posts {
  #send;
  #field = find("post-text", HTMLInputElement);
  #isWaiting = false; // for the server to say that it has a post
  /** @type {Post[]} */
  #posts = [];
  #seconded = new Set((tabMemory.get(SECONDED) ?? "").split(" ")); // ids of what this student seconds
  #unsure = new Set(); // by their ids, of what the server may not know whether it is seconded

  /**
   * @param {<Event extends "post" | "second">(
   *   event: Event, message: StudentMessages[Event], answered: (refusal?: Refusal) => void
   * ) => boolean} send to the class, returns whether there is a connection
   */
  constructor(send) {
    this.#send = send;
    find("write-post").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#write(this.#field.value.trim());
    });
  }

  /** The server has let the student in, perhaps again. */
  welcome() {
    for (const id of this.#unsure) this.#tell(id);
  }

  /** The connection is lost, perhaps with what was under way. */
  lose() {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    say(gettext("The connection was lost. Your question may not have been sent."));
  }

  /** @param {Post[]} posts that all students see */
  take(posts) {
    this.#posts = posts;
    for (const ids of [this.#seconded, this.#unsure]) {
      for (const id of ids) if (!posts.some((post) => post.id === id)) ids.delete(id);
    }
    this.#show();
  }

  /** @param {string} text */
  #write(text) {
    if (text === "" || this.#isWaiting) return;
    const isSent = this.#send("post", { text }, (refusal) => {
      this.#isWaiting = false;
      if (!refusal && this.#field.value.trim() === text) this.#field.value = "";
      say(
        refusal
          ? gettext("That was not taken in: {reason}", { reason: gettext(refusal.message) })
          : gettext("Sent to your teacher."),
      );
    });
    this.#isWaiting = isSent;
    const noConnection = gettext("There is no connection. Please send it again when there is one.");
    say(isSent ? gettext("Sending…") : noConnection);
  }

  /** @param {string} id */
  #turn(id) {
    if (!this.#seconded.delete(id)) this.#seconded.add(id);
    this.#unsure.add(id);
    this.#show();
    this.#tell(id);
  }

  /** @param {string} id */
  #tell(id) {
    const on = this.#seconded.has(id);
    this.#send("second", { id, on }, (refusal) => {
      if (this.#seconded.has(id) !== on) return; // it was turned again since
      this.#unsure.delete(id);
      if (!refusal) return;
      if (on) this.#seconded.delete(id);
      else this.#seconded.add(id);
      this.#show();
    });
  }

  #show() {
    tabMemory.set(SECONDED, [...this.#seconded].join(" "));
    find("released").hidden = this.#posts.length === 0;
    listPosts(
      find("posts"),
      this.#posts,
      (row, { id, text }) => {
        const button = findIn(row, "button");
        button.setAttribute("aria-label", gettext("Me too: {question}", { question: text }));
        button.addEventListener("click", () => this.#turn(id));
      },
      (row, post) => {
        findIn(row, "button").setAttribute("aria-pressed", String(this.#seconded.has(post.id)));
        findIn(row, ".seconded").textContent = secondedBy(post);
      },
    );
  }
}

/** @param {string} text */
function say(text) {
  setText("post-said", text);
}
