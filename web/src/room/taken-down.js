/** What the teacher takes down, answers, hands and notes: gone from the page at once, and undone by
 * one tap for some seconds.
 *
 * @import { Hand, Marker, Pace, TeacherMessages, View } from "../shared/contract.js"
 * @import { Undo, Wanted } from "./undo.js"
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
 * @param {Undo} undo
 * @returns {View}
 */
export function viewWithout(view, undo) {
  const help = view.help.filter((hand) => !undo.find(handKey(hand)));
  const answers = undo.find("pace");
  if (!answers || view.pace === null) return { ...view, help };
  const was = /** @type {Record<Pace, number>} */ (answers.was);
  const pace = { ...view.pace };
  for (const word of PACES) pace[word] = Math.max(0, pace[word] - was[word]);
  return { ...view, help, pace };
}

/**
 * @param {Marker[]} notes
 * @param {Undo} undo
 */
export const notesWithout = (notes, undo) => notes.filter((note) => !undo.find(noteKey(note)));

/**
 * @param {Undo} undo
 * @param {View} view
 * @param {Ask} ask
 */
export function clearAnswers(undo, { pace }, ask) {
  if (pace === null) return;
  const act = (/** @type {number} */ ago) => ask("clear", { what: "pace", ago });
  undo.add({ keys: ["pace"], said: gettext("Answers cleared."), was: pace, act });
}

/**
 * @param {Undo} undo
 * @param {Hand} hand
 * @param {Ask} ask
 */
export function lowerHand(undo, hand, ask) {
  const { id, name } = hand;
  const who = { name: name ?? gettext("Somebody") };
  const act = () => ask("lower", { hand: id });
  undo.add({ keys: [handKey(hand)], said: gettext("{name}: seen.", who), act });
}

/**
 * @param {Undo} undo
 * @param {Hand[]} hands all that are up
 * @param {Ask} ask
 */
export function lowerAll(undo, hands, ask) {
  const act = (/** @type {number} */ ago) => ask("clear", { what: "help", ago });
  undo.add({ keys: hands.map(handKey), said: gettext("All hands seen."), act });
}

/**
 * @param {Undo} undo
 * @param {Marker} note
 * @param {() => Promise<boolean>} act
 */
export function deleteNote(undo, note, act) {
  undo.add({ keys: [noteKey(note)], said: gettext("Note deleted."), act });
}

/**
 * What can be undone, with a button each.
 * @param {Undo} undo
 */
export function showUndo(undo) {
  const { waiting } = undo;
  for (const [deed, item] of shown) {
    if (waiting.includes(deed)) continue;
    item.remove();
    shown.delete(deed);
  }
  for (const deed of waiting) {
    if (shown.has(deed)) continue;
    const item = copyOf("undoable");
    findIn(item, ".what").textContent = deed.said;
    findIn(item, "button").addEventListener("click", () => undo.undo(deed));
    find("undo").append(item);
    shown.set(deed, item);
  }
}
