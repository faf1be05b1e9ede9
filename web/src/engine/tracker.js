/** Which face counts, and when the detector has to look for it again. Pure.
 *
 * @import { Face } from "./crop.js"
 */

import { difference } from "./difference.js";

const MOVED = 0.3; // difference at which a crop no longer fits: it has slipped by about 3 %
const STILL = 0.15; // up to which only the camera's noise has changed
const LOOKS_BETWEEN = 10; // two looks at the whole frame: somebody may have come
const CLEAR = 0.85; // a face with a lower score is looked for at every look
const LARGER = 1.4; // times the size: what it takes to count instead of the one that counts now
const FORGOTTEN = 10; // looks at the whole frame without somebody after which they are gone

export class Tracker {
  /**
   * The face that counts, or null.
   * @type {Face | null}
   */
  face = null;
  /** How many faces the last look at the whole frame saw. */
  count = 0;
  /** How the camera's picture is turned, radians: where the last face was found. */
  roll = 0;
  /** Looks that saw nobody in the whole frame. */
  misses = 0;
  /** Whether the face looks as it did when it was last found. */
  still = false;
  /** @type {Float32Array | null} */
  #reference = null;
  #looks = 0; // since the last at the whole frame
  /** @type {{face: Face, missed: number}[]} */
  #others = []; // who was beside the one that counts: a neighbour, or a picture on the wall
  /** @type {Face | null} */
  #former = null; // who counted until a larger one came, which may only pass by

  /**
   * Where to look for faces now.
   * @param {Float32Array | null} crop where the face was, now; null if there was none
   * @returns {"nowhere" | "near" | "everywhere"}
   */
  plan(crop) {
    const known = this.face && this.#reference;
    const changed = known && crop ? difference(crop, known) : Infinity;
    this.still = changed <= STILL;
    this.#looks += 1;
    if (this.face === null || this.#looks >= LOOKS_BETWEEN) return "everywhere";
    return changed > MOVED || this.face.score < CLEAR ? "near" : "nowhere";
  }

  /**
   * Take in the faces that are where the plan said. Of several the largest counts, but two of
   * about the same size do not take turns. When the one that counts goes, nobody who was beside it
   * counts instead, but for the one that counted before it.
   * @param {Face[]} faces
   * @param {"near" | "everywhere"} where
   */
  found(faces, where) {
    if (where === "everywhere") {
      this.#looks = 0;
      this.count = faces.length;
    }
    const same = faces.find((face) => this.isSame(face));
    const [largest] = faces
      .filter((face) => face === same || !this.#isOther(face))
      .sort((a, b) => b.size - a.size);
    const stays = same && largest.size < LARGER * same.size;
    if (same && !stays) this.#former = same;
    this.face = (stays ? same : largest) ?? null;
    if (where === "everywhere") this.#rememberOthers(faces.filter((face) => face !== this.face));
  }

  /**
   * Keep the crop of the face that was found, to see what changes.
   * @param {Float32Array | null} crop
   */
  remember(crop) {
    this.#reference = crop;
  }

  /**
   * Whether this may be the face that counts, seen again.
   * @param {Face} face
   */
  isSame(face) {
    return this.face !== null && isAtPlaceOf(face, this.face);
  }

  /**
   * A closer look showed these, or one at a picture turned by `roll`: that has to show one clearly.
   * @param {Face[]} faces
   * @param {number} roll radians
   */
  foundOtherwise(faces, roll) {
    this.misses += 1;
    if (roll !== this.roll && !faces.some((face) => face.score >= CLEAR)) return;
    this.roll = roll;
    this.found(faces, "everywhere");
  }

  /** @param {Face} face */
  #isOther(face) {
    return this.#others.some(
      (other) => isAtPlaceOf(face, other.face) && face.size < LARGER * other.face.size,
    );
  }

  /** @param {Face[]} faces those in the whole frame that do not count */
  #rememberOthers(faces) {
    const former = this.#former;
    const others = faces.filter((face) => former === null || !isAtPlaceOf(face, former));
    const missed = this.#others
      .filter((other) => !others.some((face) => isAtPlaceOf(face, other.face)))
      .map((other) => ({ ...other, missed: other.missed + 1 }))
      .filter((other) => other.missed < FORGOTTEN);
    this.#others = [...missed, ...others.map((face) => ({ face, missed: 0 }))];
  }
}

/**
 * @param {Face} one
 * @param {Face} other
 */
function isAtPlaceOf(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y) < Math.max(one.size, other.size) / 2;
}
