/** A moment of a class in one line: what students say before how they look.
 *
 * @import { Shares } from "../shared/contract.js"
 * @import { Figures } from "./rows.js"
 */

import { exactClock, percent, studentsHere } from "../shared/figures.js";
import {
  EMOTION_WORDS,
  LOOK_WORDS,
  PACE_TOLD,
  answers,
  entriesOf,
  groupLooks,
  namesOf,
} from "../shared/labels.js";
import { gettext, listed, ngettext } from "../shared/texts.js";

/**
 * What was known at the time `t`.
 * @param {Figures | null} row
 * @param {number} t
 * @param {string[]} happened
 * @param {boolean} inDetail each expression, and not only in which groups they are
 */
export function describe(row, t, happened, inDetail) {
  const parts = [];
  if (row === null) parts.push(gettext("nothing is known"));
  else parts.push(said(row), ...looks(row, inDetail), studentsHere(row.students));
  return `${exactClock(t)}: ${[...parts, ...happened].join(" · ")}`;
}

/** @param {Figures} row */
function said({ pace }) {
  if (pace === null) return gettext("hidden: too few students");
  const words = namesOf(PACE_TOLD).filter((word) => pace[word] > 0);
  if (words.length === 0) return gettext("no answers");
  return listed(words.map((word) => answers(pace[word], word)));
}

/**
 * @param {Figures} row
 * @param {boolean} inDetail
 */
function looks({ shares, seen, suppressed }, inDetail) {
  if (shares === null) {
    return suppressed === "few_faces" ? [gettext("looks hidden: too few faces")] : [];
  }
  const parts = [inDetail ? told(shares, EMOTION_WORDS) : told(groupLooks(shares), LOOK_WORDS)];
  if (seen !== null) parts.push(ngettext("{count} face read", "{count} faces read", seen));
  return parts;
}

/**
 * Those that are there, largest first: "happy 60 %, unhappy 40 %".
 * @template {string} Name
 * @param {Partial<Record<Name, number>>} shares
 * @param {Record<Name, string>} words
 */
function told(shares, words) {
  const there = entriesOf(shares).filter(([, share]) => share > 0);
  there.sort((a, b) => b[1] - a[1]);
  return listed(there.map(([name, share]) => `${words[name]} ${percent(share)}`));
}
