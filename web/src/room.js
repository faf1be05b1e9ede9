/** The teacher's page: the class as a whole, live. */

import "uplot/dist/uPlot.min.css";

import { openClassSocket } from "./class-socket.js";
import { EMOTION_WORDS, PACE_WORDS } from "./labels.js";
import { find, memory, setText, showInstead } from "./page.js";
import { Timeline } from "./timeline.js";

const { code, mode, minStudents } = document.body.dataset;
const tokenKey = `classpulse.token.${code}`;
const timeline = mode === "camera" ? new Timeline(find("timeline")) : null;

const HIDDEN_BECAUSE = {
  few_students: `Hidden: fewer than ${minStudents} students are here, and a class this small would show single students.`,
  few_faces: `Hidden: fewer than ${minStudents} faces are read at the moment.`,
};

open(takeToken());
// Another teacher's link in the same tab changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());

/** The token from the address, out of sight at once; or the one kept from an earlier visit. */
function takeToken() {
  const token = location.hash.slice(1);
  if (!token) return memory.get(tokenKey);
  memory.set(tokenKey, token);
  history.replaceState(null, "", location.pathname);
  return token;
}

function open(token) {
  if (token === null) {
    refuse("This page opens with the teacher's link, which was shown when the class was started.");
    return;
  }
  const socket = openClassSocket(
    { role: "teacher", code, token },
    { status: showStatus, refused: refuse },
  );
  socket.on("history", (past) => timeline?.reset(past));
  socket.on("disconnect", () => timeline?.interrupt());
  let first = true;
  socket.on("view", (view) => {
    if (first) find("invite").open = view.students < Number(minStudents); // out of the way later
    first = false;
    showView(view);
    timeline?.addView(view);
  });
  socket.on("marker", (marker) => timeline?.addMarker(marker));
  socket.on("error", ({ message }) => showStatus(message));
  socket.on("ended", () => {
    socket.disconnect();
    refuse("The class has ended.");
  });
  find("marker").addEventListener("submit", (event) => {
    event.preventDefault();
    socket.emit("marker", { text: find("marker-text").value });
    find("marker-text").value = "";
  });
  find("end").addEventListener("click", () => find("confirm-end").showModal());
  find("confirm-end").addEventListener("close", () => {
    if (find("confirm-end").returnValue === "end") socket.emit("end", {});
  });
  if (timeline) setInterval(() => timeline.draw(), 2000);
}

function showView(view) {
  setText("students", String(view.students));
  setText("seen", view.seen === null ? "hidden" : String(view.seen));
  setText("hidden-because", HIDDEN_BECAUSE[view.suppressed] ?? "");
  setText("headline", headline(view));
  showBars(find("shares"), Object.keys(EMOTION_WORDS), EMOTION_WORDS, (emotion) =>
    view.shares === null ? null : [view.shares[emotion] ?? 0, percent(view.shares[emotion] ?? 0)],
  );
  showBars(find("pace"), Object.keys(PACE_WORDS), PACE_WORDS, (word) =>
    view.pace === null ? null : [view.pace[word] / view.students, String(view.pace[word])],
  );
  setText("valence", view.valence === null ? "–" : signed(view.valence));
  find("hands").replaceChildren(
    ...view.help.map((hand) => {
      const item = document.createElement("li");
      const minutes = Math.floor((view.t - hand.since) / 60);
      item.textContent = `${hand.name ?? "Somebody"} needs help${minutes ? ` (${minutes} min)` : ""}`;
      return item;
    }),
  );
}

function headline(view) {
  if (view.students === 0) return "Nobody is here yet";
  if (view.shares === null) return view.students === 1 ? "1 student is here" : `${view.students} students are here`;
  const [[emotion, share], next] = Object.entries(view.shares).sort((a, b) => b[1] - a[1]);
  if (emotion === "other" || share === next?.[1]) return "The class looks mixed";
  return `${share > 0.5 ? "Most of the class looks" : "The largest group looks"} ${EMOTION_WORDS[emotion]}`;
}

/** A row a name; `valueOf` gives [0..1, text], or null for what is hidden. */
function showBars(list, names, words, valueOf) {
  if (list.childElementCount === 0) {
    list.append(
      ...names.map((name) => {
        const row = find("bar").content.firstElementChild.cloneNode(true);
        row.dataset.name = name;
        row.querySelector(".name").textContent = words[name];
        row.querySelector(".fill").style.background = `var(--${name}, var(--accent))`;
        return row;
      }),
    );
  }
  for (const row of list.children) {
    const [share, text] = valueOf(row.dataset.name) ?? [0, "hidden"];
    row.querySelector(".fill").style.width = `${share * 100}%`;
    row.querySelector(".value").textContent = text;
  }
}

find("copy").addEventListener("click", async () => {
  find("join-link").select();
  if (navigator.clipboard) await navigator.clipboard.writeText(find("join-link").value);
  else document.execCommand("copy"); // a page without https has no clipboard
  setText("copy", "Copied");
  setTimeout(() => setText("copy", "Copy"), 2000);
});

function refuse(reason) {
  setText("over-reason", reason);
  showInstead("live", "over");
}

function showStatus(text) {
  setText("status", text);
}

const percent = (share) => `${Math.round(share * 100)} %`;
const signed = (value) => `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
