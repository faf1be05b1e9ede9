/** A moment of a class in one line: what students say before how they look.
 *
 * @import { Shares } from "../shared/contract.js"
 * @import { Look } from "../shared/looks.js"
 * @import { Figures } from "./rows.js"
 */

import { exactClock, percent, studentsHere } from "../shared/figures.js";
import { PACE_TOLD, answers, namesOf } from "../shared/labels.js";
import { looks, shareOf } from "../shared/looks.js";
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
  else parts.push(said(row), ...looked(row, inDetail), studentsHere(row.students));
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
function looked({ shares, seen, suppressed }, inDetail) {
  if (shares === null) {
    return suppressed === "few_faces" ? [gettext("looks hidden: too few faces")] : [];
  }
  const parts = [
    inDetail ? told(shares, looks.emotions) : told(looks.grouped(shares), looks.groups),
  ];
  if (seen !== null) parts.push(ngettext("{count} face read", "{count} faces read", seen));
  return parts;
}

/**
 * Those that are there, largest first: "happy 60 %, unhappy 40 %".
 * @param {Shares} shares
 * @param {Look[]} names
 */
function told(shares, names) {
  const there = names.map(({ name, word }) => ({ word, share: shareOf(shares, name) }));
  const seen = there.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share);
  return listed(seen.map(({ word, share }) => `${word} ${percent(share)}`));
}
