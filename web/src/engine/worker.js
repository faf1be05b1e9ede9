/** The worker: frames come in, readings go out, pixels go nowhere else.
 *
 * @import { Emotion } from "../shared/contract.js"
 * @import { BackendName } from "./backends.js"
 * @import { Reason } from "./engine-error.js"
 * @import { ModelFiles } from "./files.js"
 * @import { Reading } from "./vision.js"
 *
 * @typedef {object} Orders What the page posts, each with its name as `operation`.
 * @property {{}} load what looks as soon as its `files` are here; answered by `loaded`
 * @property {{files: ModelFiles}} files of the models, which the page fetches while this worker starts
 * @property {{stream: ReadableStream<VideoFrame> | null}} watch begins to look, once the models are
 *   loaded: at the stream, or else at what the page gives for each `ask`; answered by `read` and
 *   `waiting`
 * @property {{frame: ImageBitmap}} frame
 * @property {{}} rest ends it
 * @property {{backends: BackendName[]}} choose the fastest; answered by `chosen`
 * @property {{backend: BackendName}} move there, if it works; answered by `chosen`
 *
 * @typedef {object} Answers What the worker posts in the same way.
 * @property {{labels: Emotion[], sure: number}} loaded
 * @property {{}} ask for a frame
 * @property {Look} read at each look
 * @property {{}} waiting while the camera gives no picture
 * @property {{backend: BackendName}} chosen
 * @property {{message: string, reason?: Reason}} failed whatever it was; the reason where it is known
 *
 * @typedef {object} Look
 * @property {Reading} reading
 * @property {number} milliseconds that it took
 * @property {number} next milliseconds from its beginning to that of the next
 * @property {BackendName} backend
 *
 * @typedef {{[Name in keyof Orders]: {operation: Name} & Orders[Name]}[keyof Orders]} Order
 * @typedef {{[Name in keyof Answers]: {operation: Name} & Answers[Name]}[keyof Answers]} Answer
 */

import { loadCode } from "./backends.js";
import { isScrambled } from "./canvas-check.js";
import { EngineError } from "./engine-error.js";
import { PageFrames, StreamFrames } from "./frames.js";
import { LookPacer } from "./look-pacer.js";
import { Vision } from "./vision.js";

const PATIENCE = 7; // seconds for a camera's next picture; a busy machine has pauses of its own
const LATE = 1000; // milliseconds that a picture may wait: for models, or while backends are tried out
const GAP = 10_000; // milliseconds after which nothing that was seen before says anything about now

/** @type {(files: ModelFiles) => void} */
let bring;
/** @type {Promise<ModelFiles>} */
const files = new Promise((resolve) => (bring = resolve));
/** @type {Vision | null} */
let loaded = null;
/** @type {Watch | null} */
let watch = null;

/** Looks again and again, until `close`. */
class Watch {
  #frames;
  #pacer = new LookPacer();
  /** @type {number | null} */
  #lookedAt = null; // by the clock on the wall: the other one stands still while a machine sleeps
  #open = true;

  /** @param {StreamFrames | PageFrames} frames */
  constructor(frames) {
    this.#frames = frames;
  }

  async run() {
    while (this.#open) {
      const frame = await this.#nextFrame();
      if (frame === null) return;
      const came = Date.now();
      const look = await exclusive(async () => {
        const now = Date.now();
        if (!this.#open || now - came > LATE) {
          frame.close();
          return null;
        }
        if (this.#lookedAt === null) vision().forget();
        else if (Math.abs(now - this.#lookedAt) > GAP) vision().forgetFace();
        this.#lookedAt = now;
        return timedLook(frame);
      });
      if (look === null) continue;
      const { reading, milliseconds } = look;
      if (!this.#open) return;
      const next = this.#pacer.next(milliseconds, reading.still);
      post({ operation: "read", reading, milliseconds, next, backend: vision().backend });
      await new Promise((wake) => setTimeout(wake, next - milliseconds));
    }
  }

  /** @param {ImageBitmap} frame that the page was asked for */
  receive(frame) {
    if (this.#frames instanceof PageFrames) this.#frames.receive(frame);
    else frame.close();
  }

  close() {
    this.#open = false;
    this.#frames.close();
  }

  /**
   * The page hears of a camera that gives nothing, so that it knows this worker to be well. Seconds are
   * counted one by one: of a time in which the machine slept or this worker was busy with something
   * else, one at the most counts against the camera.
   */
  async #nextFrame() {
    let seconds = 0;
    const waiting = setInterval(() => {
      seconds += 1;
      if (seconds % PATIENCE === 0) post({ operation: "waiting" });
    }, 1000);
    try {
      return await this.#frames.next();
    } finally {
      clearInterval(waiting);
    }
  }
}

/** @type {{[Name in keyof Orders]: (order: Orders[Name]) => void | Promise<void>}} */
const operations = {
  async load() {
    if (!globalThis.OffscreenCanvas) throw new EngineError("unsupported");
    const coming = exclusive(() => Vision.load(files));
    if (isScrambled()) throw new EngineError("scrambled"); // the page ends this worker then
    loaded = await coming;
    const { labels, sure } = loaded.metadata;
    post({ operation: "loaded", labels, sure });
  },
  files({ files }) {
    bring(files);
  },
  async watch({ stream }) {
    watch?.close();
    const ask = () => post({ operation: "ask" });
    const begun = new Watch(stream ? new StreamFrames(stream) : new PageFrames(ask));
    watch = begun;
    await begun.run();
  },
  frame({ frame }) {
    if (watch) watch.receive(frame);
    else frame.close();
  },
  rest() {
    watch?.close();
    watch = null;
  },
  async choose({ backends }) {
    await loadCode(backends); // looks go on meanwhile, however slow the network is
    await exclusive(() => vision().moveToFastest(backends));
    post({ operation: "chosen", backend: vision().backend });
  },
  async move({ backend }) {
    await loadCode([backend]);
    await exclusive(() => vision().moveTo(backend));
    post({ operation: "chosen", backend: vision().backend });
  },
};

function vision() {
  if (loaded === null) throw new Error("No models were loaded");
  return loaded;
}

/** @param {VideoFrame | ImageBitmap} frame closed afterwards */
async function timedLook(frame) {
  const began = performance.now();
  try {
    const reading = await vision().look(frame, began / 1000);
    return { reading, milliseconds: performance.now() - began };
  } finally {
    frame.close();
  }
}

/** @type {Promise<unknown>} */
let working = Promise.resolve();

/**
 * TensorFlow.js has one backend at a time: looks wait while another is tried out.
 * @template Result
 * @param {() => Result | Promise<Result>} work
 * @returns {Promise<Result>}
 */
function exclusive(work) {
  const result = working.then(work);
  working = result.catch(() => {});
  return result;
}

/** @param {Answer} answer */
function post(answer) {
  self.postMessage(answer);
}

/**
 * @template {keyof Orders} Name
 * @param {{operation: Name} & Orders[Name]} order
 */
function carryOut(order) {
  return operations[order.operation](order);
}

self.onmessage = async ({ data }) => {
  try {
    await carryOut(data);
  } catch (error) {
    const { reason } = /** @type {Partial<EngineError>} */ (error);
    post({ operation: "failed", message: String(error), reason });
  }
};
