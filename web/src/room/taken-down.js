/** What the teacher takes down, answers, hands and notes: gone from the page at once, and undone by
 * one tap for some seconds.
 *
 * @import { Hand, Marker, Pace, TeacherMessages, View } from "../shared/contract.js"
 * @import { Pending, Wanted } from "./pending.js"
 *
 * @typedef {<Event extends keyof TeacherMessages>(
 *   event: Event, message: TeacherMessages[Event]) => Promise<boolean>} Ask tells the server
 */

import { PACES } from "../shared/contract.js";
import { copyOf, find, findIn } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

/** @type {Map<Wanted, HTMLElement>} */
const shown = new Map();

/** @param {Pick<Hand, "id">} hand */
const handKey = ({ id }) => `hand ${id}`;
/** @param {Marker} note */
const noteKey = ({ t }) => `note ${t}`;

/**
 * A view without what is taken down. Of the answers, those stay that came since.
 * @param {View} view
 * @param {Pending} pending
 * @returns {View}
 */
export function viewWithout(view, pending) {
  const help = view.help.filter((hand) => !pending.find(handKey(hand)));
  const answers = pending.find("pace");
  if (!answers || view.pace === null) return { ...view, help };
  const was = /** @type {Record<Pace, number>} */ (answers.was);
  const pace = { ...view.pace };
  for (const word of PACES) pace[word] = Math.max(0, pace[word] - was[word]);
  return { ...view, help, pace };
}

/**
 * @param {Marker[]} notes
 * @param {Pending} pending
 */
export const notesWithout = (notes, pending) =>
  notes.filter((note) => !pending.find(noteKey(note)));

/**
 * @param {Pending} pending
 * @param {View} view
 * @param {Ask} ask
 */
export function clearAnswers(pending, { t, pace }, ask) {
  if (pace === null) return;
  const act = () => ask("clear", { what: "pace", t });
  pending.add({ keys: ["pace"], said: gettext("Answers cleared."), was: pace, act });
}

/**
 * @param {Pending} pending
 * @param {Hand} hand
 * @param {Ask} ask
 */
export function lowerHand(pending, hand, ask) {
  const { id, name } = hand;
  const who = { name: name ?? gettext("Somebody") };
  const act = () => ask("lower", { hand: id });
  pending.add({ keys: [handKey(hand)], said: gettext("{name}: seen.", who), act });
}

/**
 * @param {Pending} pending
 * @param {View} view
 * @param {Ask} ask
 */
export function lowerAll(pending, { t, help }, ask) {
  const act = () => ask("clear", { what: "help", t });
  pending.add({ keys: help.map(handKey), said: gettext("All hands seen."), act });
}

/**
 * @param {Pending} pending
 * @param {Marker} note
 * @param {() => Promise<boolean>} act
 */
export function deleteNote(pending, note, act) {
  pending.add({ keys: [noteKey(note)], said: gettext("Note deleted."), act });
}

/**
 * What can be undone, with a button each.
 * @param {Pending} pending
 */
export function showUndo(pending) {
  const { waiting } = pending;
  for (const [deed, item] of shown) {
    if (waiting.includes(deed)) continue;
    item.remove();
    shown.delete(deed);
  }
  for (const deed of waiting) {
    if (shown.has(deed)) continue;
    const item = copyOf("undoable");
    findIn(item, ".what").textContent = deed.said;
    findIn(item, "button").addEventListener("click", () => pending.undo(deed));
    find("pending").append(item);
    shown.set(deed, item);
  }
}
