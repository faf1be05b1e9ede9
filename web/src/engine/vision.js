/** One look: a frame in; out come the face that counts and what its expression looks like.
 *
 * @import { Backend, BackendName } from "./backends.js"
 * @import { Face, Square } from "./crop.js"
 * @import { ModelFiles } from "./files.js"
 * @import { Frame } from "./frames.js"
 */

import * as tf from "@tensorflow/tfjs-core";

import { agree, endBackend, returnTo, startBackend, tryOut } from "./backends.js";
import { Classifier } from "./classifier.js";
import { Cutter } from "./cutter.js";
import { otherSquares, surroundings, wholeFrame } from "./crop.js";
import { Detector } from "./detector.js";
import { hindrance } from "./hindrance.js";
import { Model } from "./model.js";
import { Freshness, isDark } from "./picture.js";
import { Tracker } from "./tracker.js";
import { Views } from "./views.js";

export { fetchModels } from "./files.js"; // for whoever has nobody who brings them

const SMALL = 0.16; // of the frame: the box of a smaller face is too large, unless seen from near
const SAMPLE = 32; // pixels of the camera, square, in which a picture that stands still is known
const FASTER = 0.8; // of WebAssembly's time: what a graphics card must need less than to be worth it

/**
 * What one look saw.
 * @typedef {object} Reading
 * @property {number} faces how many there are
 * @property {Face | null} face the one that counts
 * @property {null | "nobody" | "other" | "edge" | "turned" | "small" | "dark" | "frozen"} hindrance why its
 *   expression is not read
 * @property {number[] | null} probabilities of the labels; null where something hinders
 * @property {boolean} still whether the face has hardly moved since it was found
 * @property {boolean} repeated whether the picture is the very one of the look before, so that nothing
 *   is known of now
 *
 * @typedef {Awaited<ReturnType<typeof make>>} Models by name
 */

export class Vision {
  /**
   * Make both models in WebAssembly. Rejects if it does not start, if the files are no models, or as
   * `coming` does.
   * @param {Promise<ModelFiles>} coming WebAssembly is started before they are there
   */
  static async load(coming) {
    const [files, wasm] = await Promise.all([coming, startBackend("wasm")]);
    return new Vision(files, wasm, await make(files));
  }

  #files;
  #wasm;
  #running; // where the models run now, and what takes part
  #lost = false; // the backend's device, and all in it
  /** @type {(error: Error) => void} */
  #giveUp = () => {}; // the look of the moment
  #tracker = new Tracker();
  #freshness = new Freshness();
  #sampler = new Cutter(SAMPLE);
  #views = new Views();

  /**
   * @param {ModelFiles} files
   * @param {Backend} wasm
   * @param {Models} models that run there
   */
  constructor(files, wasm, models) {
    this.#files = files;
    this.#wasm = wasm;
    this.#running = this.#begin(wasm, models);
  }

  /** The models by name, to run by themselves. */
  get models() {
    return this.#running.models;
  }

  /** What came with the classifier: its labels, and from which probability on it is sure. */
  get metadata() {
    return this.#files.emotion.metadata;
  }

  /** Where the models run now. */
  get backend() {
    return this.#running.backend.name;
  }

  /** What TensorFlow.js holds: tensors, and their bytes. */
  get memory() {
    const { numTensors, numBytes } = tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  /**
   * Read one frame. The frame stays the caller's to close. A graphics card that is lost meanwhile
   * is no error: WebAssembly takes over.
   * @param {Frame} frame
   * @param {number} seconds the time
   * @returns {Promise<Reading>}
   */
  async look(frame, seconds) {
    // WebGL never answers what it was asked before its card went.
    /** @type {Promise<never>} */
    const lost = new Promise((_, reject) => (this.#giveUp = reject));
    try {
      if (!this.#lost) return await Promise.race([this.#look(frame, seconds), lost]);
    } catch (error) {
      if (this.backend === "wasm") throw error;
    }
    await this.#fallBack();
    return this.#look(frame, seconds);
  }

  /**
   * What the expression of one crop looks like, by itself.
   * @param {Float32Array} crop grey levels 0..255, height x width
   */
  classify(crop) {
    return this.#running.classifier.classify(crop);
  }

  /** Begin the next look as if it were the first. */
  forget() {
    this.#freshness = new Freshness();
    this.forgetFace();
  }

  /** Begin the next look as if no face had been seen before it. */
  forgetFace() {
    this.#tracker = new Tracker();
    this.#views = new Views();
  }

  /**
   * Move the models to the fastest of these backends, if it gives the same answers clearly faster.
   * @param {BackendName[]} names
   */
  async moveToFastest(names) {
    const { answers, milliseconds } = await tryOut(Object.values(this.models));
    let fastest = milliseconds;
    for (const name of names) {
      fastest = (await this.#attempt(name, answers, FASTER * fastest)) ?? fastest;
    }
  }

  /**
   * Move the models to a backend that was the fastest before, if it gives the same answers.
   * @param {BackendName} name
   */
  async moveTo(name) {
    const { answers } = await tryOut(Object.values(this.models));
    await this.#attempt(name, answers, Infinity);
  }

  /** Let go of both models. */
  close() {
    this.#running.detector.close();
    this.#running.classifier.close();
  }

  /**
   * @param {Frame} frame
   * @param {number} seconds
   * @returns {Promise<Reading>}
   */
  async #look(frame, seconds) {
    const tracker = this.#tracker;
    const { classifier } = this.#running;
    let crop = tracker.face && classifier.crop(frame, tracker.face);
    const where = tracker.plan(crop);
    let pixels = crop;
    if (pixels === null || where !== "nowhere") {
      pixels = await this.#find(frame, where);
      crop = tracker.face && classifier.crop(frame, tracker.face);
      tracker.remember(crop);
    }
    this.#seeWhetherStill(frame, seconds);
    const hindered = this.#hindrance(frame, crop ?? pixels);
    return {
      faces: tracker.count,
      face: tracker.face,
      hindrance: hindered,
      probabilities: await this.#read(hindered ? null : crop),
      still: tracker.still,
      repeated: this.#freshness.repeats > 0,
    };
  }

  /**
   * What the expression looks like, from both sides.
   * @param {Float32Array | null} crop null where no expression can be read
   */
  async #read(crop) {
    if (crop === null) {
      this.#views = new Views(); // whoever is seen next may be somebody else
      return null;
    }
    const view = this.#views.next(crop, this.metadata.width);
    return this.#views.join(await this.classify(view));
  }

  /**
   * Have the tracker's face found anew. Resolves to the pixels in which the detector looked.
   * @param {Frame} frame
   * @param {ReturnType<Tracker["plan"]>} where
   */
  async #find(frame, where) {
    const tracker = this.#tracker;
    const find = (/** @type {Square} */ square) => this.#running.detector.find(frame, square);
    if (where === "near" && tracker.face) {
      const { faces, pixels } = await find(surroundings(tracker.face));
      if (faces.length > 0) {
        tracker.found(faces, "near");
        return pixels;
      }
    }
    const [width, height] = sizeOf(frame);
    const { faces, pixels } = await find(wholeFrame(width, height, tracker.roll));
    if (where === "everywhere" && tracker.face && !faces.some((face) => tracker.isSame(face))) {
      const near = await find(surroundings(tracker.face)); // it may be too far away to be seen so
      faces.push(...near.faces.filter((face) => tracker.isSame(face)));
    }
    tracker.found(faces, "everywhere");
    if (tracker.face === null) {
      const squares = otherSquares(width, height, tracker.roll);
      const square = squares[tracker.misses % squares.length];
      tracker.foundOtherwise((await find(square)).faces, square.roll);
    }
    if (tracker.face && tracker.face.size < SMALL * Math.max(width, height)) {
      const closer = await find(surroundings(tracker.face));
      if (closer.faces.length > 0) tracker.found(closer.faces, "near");
    }
    return pixels;
  }

  /**
   * @param {Frame} frame
   * @param {number} seconds
   */
  #seeWhetherStill(frame, seconds) {
    const [width, height] = sizeOf(frame);
    const { x, y } = this.#tracker.face ?? { x: width / 2, y: height / 2 };
    const around = { x: Math.round(x), y: Math.round(y), side: SAMPLE, roll: 0 };
    this.#freshness.see((square) => this.#sampler.cut(frame, square), around, seconds);
  }

  /**
   * @param {Frame} frame
   * @param {Float32Array} pixels what was looked at
   */
  #hindrance(frame, pixels) {
    const { face } = this.#tracker;
    if (face === null && isDark(pixels)) return "dark"; // a closed shutter's picture is still, too
    if (this.#freshness.isFrozen) return "frozen";
    if (face === null) return this.#tracker.count > 0 ? "other" : "nobody";
    return hindrance(face, ...sizeOf(frame));
  }

  /**
   * @param {Backend} backend
   * @param {Models} models that run there
   */
  #begin(backend, models) {
    this.#lost = false;
    backend.lost.then(() => {
      if (this.#running.backend !== backend) return;
      this.#lost = true;
      this.#giveUp(new Error(`${backend.name} was lost`));
    });
    const [detector, classifier] = [new Detector(models.face), new Classifier(models.emotion)];
    return { backend, models, detector, classifier };
  }

  /**
   * Move there if the answers are these within the time; resolves to the time, or else to null.
   * @param {BackendName} name
   * @param {Float32Array[]} answers
   * @param {number} milliseconds
   */
  async #attempt(name, answers, milliseconds) {
    const before = this.#running.backend;
    const backend = await startBackend(name).catch(() => null); // not on this machine
    if (backend === null) return null;
    try {
      const models = await make(this.#files);
      const there = await tryOut(Object.values(models));
      if (!agree(answers, there.answers) || there.milliseconds > milliseconds) return null;
      this.close();
      this.#running = this.#begin(backend, models);
      return there.milliseconds;
    } catch {
      return null; // a driver that cannot do what the models need
    } finally {
      const [left] = [before, backend].filter((each) => each !== this.#running.backend);
      await returnTo(this.backend);
      if (left !== this.#wasm) endBackend(left.name); // and the models in it
    }
  }

  async #fallBack() {
    const gone = this.#running.backend;
    this.forget(); // what the look that was given up has left half done
    await returnTo("wasm");
    this.#running = this.#begin(this.#wasm, await make(this.#files));
    endBackend(gone.name);
  }
}

/**
 * The models that files make on the backend of the moment.
 * @param {ModelFiles} files
 */
async function make({ face, emotion }) {
  return { face: await Model.load(face), emotion: await Model.load(emotion) };
}

/**
 * @param {Frame} frame
 * @returns {[width: number, height: number]}
 */
function sizeOf(frame) {
  if ("displayWidth" in frame) return [frame.displayWidth, frame.displayHeight];
  return [frame.width, frame.height];
}
