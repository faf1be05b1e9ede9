/** What stands below the title of the glance: the figures of it.
 *
 * @import { Mode, Pace, View } from "../shared/contract.js"
 * @import { Before } from "./before.js"
 * @import { Values } from "../shared/texts.js"
 * @import { Glance } from "./glance.js"
 */

import { percent } from "../shared/figures.js";
import { gettext, ngettext } from "../shared/texts.js";
import { WORRIES, isWorry, wordOf } from "./glance.js";

/**
 * Of what comes slowly, while the title of before still stands.
 * @type {Record<typeof WORRIES[number], (values: Values) => string>}
 */
const RISING = {
  lost: (values) => gettext("{count} of {students} say they are lost.", values),
  slow_down: (values) => gettext("{count} of {students} say it is too fast.", values),
  speed_up: (values) => gettext("{count} of {students} say it is too slow.", values),
};

/**
 * All that an empty room says.
 * @type {Record<Mode, string>}
 */
const EMPTY = {
  camera: gettext(
    "Students join with the link or the code: what they say and how the class looks will be here.",
  ),
  "self-report": gettext("Students join with the link or the code: what they say will be here."),
};

/**
 * @param {Pick<Glance, "kind" | "share">} glance
 * @param {View} view
 * @param {Before | null} before
 * @param {Mode} mode
 * @returns {string} "" where there is nothing to say
 */
export function detail({ kind, share }, view, before, mode) {
  const { pace } = view;
  if (kind === "waiting") return EMPTY[mode];
  if (pace === null) return "";
  const word = wordOf(kind);
  if (word === "fine") return content(pace);
  if (word) return [worry(word, pace[word], view.students), earlier(word, before)].join(" ").trim();
  const rising = WORRIES.find((each) => isWorry(pace[each], view.students));
  if (rising) return RISING[rising]({ count: pace[rising], students: view.students });
  if (kind === "quiet") {
    const isSilent = Object.values(pace).every((count) => count === 0);
    return isSilent
      ? gettext("Nobody says anything at the moment.")
      : gettext("Only a few say anything.");
  }
  if (share === null) return "";
  return gettext("{percent} of the faces, on average over some minutes.", {
    percent: percent(share),
  });
}

/** @param {Record<Pace, number>} pace */
function content({ fine, lost }) {
  const said = ngettext("{count} says just right.", "{count} say just right.", fine);
  const others =
    lost === 0
      ? gettext("Nobody is lost.")
      : ngettext("{count} is lost.", "{count} are lost.", lost);
  return `${said} ${others}`;
}

/**
 * @param {Pace} word
 * @param {number} count
 * @param {number} students
 */
function worry(word, count, students) {
  if (count === 0) return gettext("Nobody says so any more.");
  return ngettext("{count} of {students} says so.", "{count} of {students} say so.", count, {
    students,
  });
}

/**
 * @param {Pace} word
 * @param {Before | null} before
 */
function earlier(word, before) {
  if (before === null) return "";
  const count = before.pace[word];
  if (before.note === null) {
    if (count === 0) return gettext("Nobody did five minutes ago.");
    return gettext("{count} did five minutes ago.", { count });
  }
  const note = before.note.text;
  if (note === "") {
    if (count === 0) return gettext("Nobody did before the moment you marked.");
    return gettext("{count} did before the moment you marked.", { count });
  }
  if (count === 0) return gettext("Nobody did before “{note}”.", { note });
  return gettext("{count} did before “{note}”.", { count, note });
}
