/** One look: a frame in; out come the face that counts and what its expression looks like. */

import * as tf from "@tensorflow/tfjs-core";

import { agree, endBackend, returnTo, startBackend, tryOut } from "./backends.js";
import { Classifier } from "./classifier.js";
import { otherSquares, surroundings, wholeFrame } from "./crop.js";
import { Detector } from "./detector.js";
import { hindrance } from "./hindrance.js";
import { fetchModel, Model } from "./model.js";
import { Freshness, isDark } from "./picture.js";
import { Tracker } from "./tracker.js";

const SMALL = 0.16; // of the frame: the box of a smaller face is too large, unless seen from near
const FASTER = 0.8; // of WebAssembly's time: what a graphics card must need less than to be worth it

/**
 * What one look saw.
 * @typedef {object} Reading
 * @property {number} faces how many there are
 * @property {{x: number, y: number, size: number, roll: number} | null} face the one that counts,
 *   in pixels of the frame
 * @property {null | "nobody" | "edge" | "turned" | "small" | "dark" | "frozen"} hindrance why its
 *   expression is not read
 * @property {number[] | null} probabilities of the labels; null where something hinders
 * @property {boolean} still whether the face has hardly moved since it was found
 */

export class Vision {
  /**
   * Load both models into WebAssembly. Rejects if a file is missing or damaged.
   * @param {string} base the address of the folder with `face/` and `emotion/`
   */
  static async load(base) {
    const [face, emotion, wasm] = await Promise.all([
      fetchModel(`${base}/face`),
      fetchModel(`${base}/emotion`),
      startBackend("wasm"),
    ]);
    const vision = new Vision({ face, emotion }, wasm);
    vision.#take(wasm, await vision.#make());
    return vision;
  }

  /** The models by name, to run by themselves. */
  models = null;
  #files;
  #wasm;
  #backend = null;
  #lost = false; // the backend's device, and all in it
  #giveUp = () => {}; // the look of the moment
  #detector;
  #classifier;
  #tracker = new Tracker();
  #freshness = new Freshness();

  constructor(files, wasm) {
    this.#files = files;
    this.#wasm = wasm;
  }

  /** What came with the classifier: its labels, and from which probability on it is sure. */
  get metadata() {
    return this.#files.emotion.metadata;
  }

  /** Where the models run now. */
  get backend() {
    return this.#backend.name;
  }

  /** What TensorFlow.js holds: tensors, and their bytes. */
  get memory() {
    const { numTensors, numBytes } = tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  /**
   * Read one frame. The frame stays the caller's to close. A graphics card that is lost meanwhile
   * is no error: WebAssembly takes over.
   * @param {VideoFrame | ImageBitmap | OffscreenCanvas} frame
   * @param {number} seconds the time
   * @returns {Promise<Reading>}
   */
  async look(frame, seconds) {
    // WebGL never answers what it was asked before its card went.
    const lost = new Promise((_, reject) => (this.#giveUp = reject));
    try {
      if (!this.#lost) return await Promise.race([this.#look(frame, seconds), lost]);
    } catch (error) {
      if (this.backend === "wasm") throw error;
    }
    await this.#fallBack();
    return this.#look(frame, seconds);
  }

  /** Begin the next look as if it were the first. */
  forget() {
    this.#tracker = new Tracker();
    this.#freshness = new Freshness();
  }

  /**
   * Move the models to the fastest of these backends, if it gives the same answers clearly faster.
   * @param {("webgl" | "webgpu")[]} names
   */
  async moveToFastest(names) {
    const { answers, milliseconds } = await tryOut(Object.values(this.models));
    let fastest = milliseconds;
    for (const name of names) {
      fastest = (await this.#attempt(name, answers, FASTER * fastest)) ?? fastest;
    }
  }

  /** Move the models to a backend that was the fastest before, if it gives the same answers. */
  async moveTo(name) {
    const { answers } = await tryOut(Object.values(this.models));
    await this.#attempt(name, answers, Infinity);
  }

  /** Let go of both models. */
  close() {
    this.#detector.close();
    this.#classifier.close();
  }

  async #look(frame, seconds) {
    const tracker = this.#tracker;
    let crop = tracker.face && this.#classifier.crop(frame, tracker.face);
    let pixels = crop;
    const where = tracker.plan(crop);
    if (where !== "nowhere") {
      pixels = await this.#find(frame, where);
      crop = tracker.face && this.#classifier.crop(frame, tracker.face);
      tracker.remember(crop);
    }
    const hindered = this.#hindrance(frame, crop ?? pixels, seconds);
    return {
      faces: tracker.count,
      face: tracker.face,
      hindrance: hindered,
      probabilities: hindered ? null : await this.#classifier.classify(crop),
      still: tracker.still,
    };
  }

  /** Have the tracker's face found anew. Resolves to the pixels in which the detector looked. */
  async #find(frame, where) {
    const tracker = this.#tracker;
    const find = (square) => this.#detector.find(frame, square);
    if (where === "near") {
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
    if (tracker.face?.size < SMALL * Math.max(width, height)) {
      const closer = await find(surroundings(tracker.face));
      if (closer.faces.length > 0) tracker.found(closer.faces, "near");
    }
    return pixels;
  }

  #hindrance(frame, pixels, seconds) {
    if (this.#freshness.isFrozen(pixels, seconds)) return "frozen";
    const { face } = this.#tracker;
    if (face === null) return isDark(pixels) ? "dark" : "nobody";
    return hindrance(face, ...sizeOf(frame));
  }

  async #make() {
    const [face, emotion] = [
      await Model.load(this.#files.face),
      await Model.load(this.#files.emotion),
    ];
    return { face, emotion };
  }

  #take(backend, models) {
    this.#backend = backend;
    this.#lost = false;
    this.models = models;
    this.#detector = new Detector(models.face);
    this.#classifier = new Classifier(models.emotion);
    backend.lost.then(() => {
      if (this.#backend !== backend) return;
      this.#lost = true;
      this.#giveUp(new Error(`${backend.name} was lost`));
    });
  }

  /** Move there if the answers are these within the time; resolves to the time, or else to null. */
  async #attempt(name, answers, milliseconds) {
    const before = this.#backend;
    const backend = await startBackend(name).catch(() => null); // not on this machine
    if (backend === null) return null;
    try {
      const models = await this.#make();
      const there = await tryOut(Object.values(models));
      if (!agree(answers, there.answers) || there.milliseconds > milliseconds) return null;
      this.close();
      this.#take(backend, models);
      return there.milliseconds;
    } catch {
      return null; // a driver that cannot do what the models need
    } finally {
      const [left] = [before, backend].filter((each) => each !== this.#backend);
      await returnTo(this.backend);
      if (left !== this.#wasm) endBackend(left.name); // and the models in it
    }
  }

  async #fallBack() {
    const gone = this.#backend;
    this.forget(); // what the look that was given up has left half done
    await returnTo("wasm");
    this.#take(this.#wasm, await this.#make());
    endBackend(gone.name);
  }
}

function sizeOf(frame) {
  return [frame.displayWidth ?? frame.width, frame.displayHeight ?? frame.height];
}
