/** The worker: frames come in, readings go out, pixels go nowhere else.
 *
 * {operation: "load", base} -> {operation: "loaded", labels, sure}, or {operation: "failed"}
 * {operation: "watch", stream?} begins to look: at the stream, or else at what the page gives for
 *   each {operation: "frame?"}: {operation: "frame", frame}
 *   -> {operation: "read", reading, milliseconds, next, backend} at each look
 *   -> {operation: "waiting"} while the camera gives no picture
 * {operation: "rest"} ends it
 * {operation: "choose", backends} -> {operation: "chosen", backend}: the fastest
 * {operation: "move", backend} -> {operation: "chosen", backend}: that one, if it works
 * Anything that fails -> {operation: "failed", message}
 */

import { PageFrames, StreamFrames } from "./frames.js";
import { LookPacer } from "./look-pacer.js";
import { Vision } from "./vision.js";

const PATIENCE = 4000; // milliseconds for a camera's next picture

let vision = null;
let watch = null;

/** Looks again and again, until `close`. */
class Watch {
  #frames;
  #pacer = new LookPacer();
  #open = true;

  constructor(frames) {
    this.#frames = frames;
  }

  async run() {
    while (this.#open) {
      const frame = await this.#nextFrame();
      if (frame === null) return;
      const { reading, milliseconds } = await exclusive(() => timedLook(frame));
      if (!this.#open) return;
      const next = this.#pacer.next(milliseconds, reading.still);
      post("read", { reading, milliseconds, next, backend: vision.backend });
      await new Promise((wake) => setTimeout(wake, next - milliseconds));
    }
  }

  receive(frame) {
    this.#frames.receive(frame);
  }

  close() {
    this.#open = false;
    this.#frames.close();
  }

  /** The page hears of a camera that gives nothing, so that it knows this worker to be well. */
  async #nextFrame() {
    const waiting = setInterval(() => post("waiting"), PATIENCE);
    try {
      return await this.#frames.next();
    } finally {
      clearInterval(waiting);
    }
  }
}

const operations = {
  async load({ base }) {
    vision = await exclusive(() => Vision.load(base));
    post("loaded", { labels: vision.metadata.labels, sure: vision.metadata.sure });
  },
  async watch({ stream }) {
    watch?.close();
    const frames = stream ? new StreamFrames(stream) : new PageFrames(() => post("frame?"));
    const begun = new Watch(frames);
    watch = begun;
    await exclusive(() => vision.forget());
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
    await exclusive(() => vision.moveToFastest(backends));
    post("chosen", { backend: vision.backend });
  },
  async move({ backend }) {
    await exclusive(() => vision.moveTo(backend));
    post("chosen", { backend: vision.backend });
  },
};

async function timedLook(frame) {
  const began = performance.now();
  try {
    const reading = await vision.look(frame, began / 1000);
    return { reading, milliseconds: performance.now() - began };
  } finally {
    frame.close();
  }
}

let working = Promise.resolve();

/** TensorFlow.js has one backend at a time: looks wait while another is tried out. */
function exclusive(work) {
  const result = working.then(work);
  working = result.catch(() => {});
  return result;
}

function post(operation, content = {}) {
  self.postMessage({ operation, ...content });
}

self.onmessage = async ({ data }) => {
  try {
    await operations[data.operation](data);
  } catch (error) {
    post("failed", { message: String(error) });
  }
};
