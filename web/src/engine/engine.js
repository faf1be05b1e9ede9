/** The page's end of the engine: camera -> worker -> readings, and a new worker if one dies.
 *
 * @import { Emotion } from "../shared/contract.js"
 * @import { BackendName } from "./backends.js"
 * @import { Camera } from "./camera.js"
 * @import { Reason } from "./engine-error.js"
 * @import { Answer, Look, Order } from "./worker.js"
 *
 * @typedef {{workerUrl: string, modelUrl: string}} Addresses
 *
 * @typedef {object} Listener
 * @property {(look: Look) => void} read after each look
 * @property {() => void} waiting while the camera gives no picture
 * @property {(error: EngineError) => void} failed once, when it cannot go on: the engine is closed then
 */

import { backendsToTry, rememberedBackend, rememberBackend } from "./backend-memory.js";
import { EngineError } from "./engine-error.js";
import { fetchModels } from "./files.js";

const LOADING = 60; // seconds, within which the models come over any network that is of use
const SILENCE = 20; // seconds without a word from a worker that ought to look: it is dead
const TRIAL = 60; // seconds of silence while it tries backends out: shaders take long to compile
const TICK = 5; // seconds
const MOST_RESTARTS = 3; // without some good looks in between
const AGAIN = 1000; // milliseconds
const SETTLED = 5; // looks before other backends are tried: the first label comes first

export class Engine {
  /**
   * Resolves when the models are loaded. Rejects with an EngineError if they cannot be; the engine is
   * closed then.
   * @type {Promise<void>}
   */
  loaded;
  /**
   * The emotions, in the order of a reading's probabilities.
   * @type {Emotion[]}
   */
  labels = [];
  /** The least probability with which one is named. */
  sure = 0;
  #workerUrl;
  #files; // for each worker
  #tell;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Camera | null} */
  #camera = null;
  #looks = 0; // of this worker
  #trying = false; // whether this worker tries other backends out
  /** @type {BackendName} */
  #backend = "wasm"; // of this worker
  #restarts = 0;
  /** @type {((error: EngineError) => void) | null} */
  #refuse = null; // the models, while they are loaded
  #watchdog = 0; // a timer of ticks

  /**
   * Start the worker and have it load the models.
   * @param {Addresses} addresses of the worker's script, and of the folder with the models
   * @param {Listener} tell what the page wants to hear of
   */
  constructor({ workerUrl, modelUrl }, tell) {
    this.#workerUrl = workerUrl;
    this.#files = fetchModels(modelUrl);
    this.#tell = tell;
    this.loaded = this.#start();
    this.loaded.catch(() => this.close());
  }

  /**
   * Look through the camera until `rest` or `close`, as soon as the models are loaded.
   * @param {Camera} camera
   */
  watch(camera) {
    if (this.#worker === null) return; // it is closed
    this.#camera = camera;
    const stream = camera.stream();
    post(this.#worker, { operation: "watch", stream }, stream ? [stream] : []);
    this.#expectLook();
  }

  /** Look no more, until the next `watch`. */
  rest() {
    if (!this.#refuse) clearInterval(this.#watchdog);
    this.#camera = null;
    post(this.#worker, { operation: "rest" });
  }

  /** End the worker with everything in it. */
  close() {
    clearInterval(this.#watchdog);
    this.#camera = null;
    this.#worker?.terminate();
    this.#worker = null;
  }

  /**
   * Resolves when a new worker has loaded the models.
   * @returns {Promise<void>}
   */
  #start() {
    const worker = new Worker(this.#workerUrl, { type: "module" });
    this.#worker = worker;
    this.#looks = 0;
    this.#trying = false;
    this.#backend = "wasm";
    worker.onerror = ({ message }) => this.#fail(worker, message || "an error");
    return new Promise((resolve, reject) => {
      this.#refuse = reject;
      worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
        if (data.operation === "chosen") {
          this.#trying = false;
          rememberBackend(data.backend);
        }
        if (data.operation === "failed") this.#fail(worker, data.message, data.reason);
        else if (data.operation === "loaded") {
          this.labels = data.labels;
          this.sure = data.sure;
          this.#refuse = null;
          clearInterval(this.#watchdog);
          if (this.#camera) this.#expectLook();
          resolve();
        } else if (this.#camera) this.#hear(data);
      };
      post(worker, { operation: "load" });
      this.#files.then(
        (files) => post(worker, { operation: "files", files }),
        (error) => this.#fail(worker, error.message),
      );
      this.#expectWord(LOADING);
    });
  }

  /**
   * @param {Worker | null} worker
   * @param {string} message
   * @param {Reason} [reason]
   */
  #fail(worker, message, reason = this.#refuse ? "unloadable" : "crashed") {
    if (worker !== this.#worker) return; // it was replaced
    const error = new EngineError(reason, message);
    if (this.#refuse) this.#refuse(error);
    else if (this.#camera) this.#restart(error);
  }

  /** @param {Answer} data */
  #hear(data) {
    this.#expectLook(data.operation === "read" ? data.next / 1000 : 0);
    if (data.operation === "ask") this.#giveFrame();
    if (data.operation === "waiting") this.#tell.waiting();
    if (data.operation !== "read") return;
    this.#looks += 1;
    if (this.#looks === SETTLED) {
      this.#restarts = 0;
      this.#speedUp();
    }
    const lost = this.#backend !== "wasm" && data.backend === "wasm";
    if (lost) rememberBackend("wasm"); // a graphics card that goes away once will do so again
    this.#backend = data.backend;
    this.#tell.read(data);
  }

  async #giveFrame() {
    const [worker, camera] = [this.#worker, this.#camera];
    if (camera === null) return;
    try {
      const frame = await camera.frame();
      post(worker, { operation: "frame", frame }, [frame]);
    } catch {
      setTimeout(() => this.#giveFrame(), AGAIN); // there is no picture yet
    }
  }

  #speedUp() {
    const backend = rememberedBackend();
    rememberBackend("wasm"); // a trial that takes the worker down with it is not repeated
    this.#trying = backend !== "wasm";
    if (backend === null) {
      post(this.#worker, { operation: "choose", backends: backendsToTry() });
    } else if (backend !== "wasm") {
      post(this.#worker, { operation: "move", backend });
    }
  }

  /**
   * A worker that looks is dead unless it says something; one that loads has a limit of its own.
   * @param {number} [later] seconds that it rests before
   */
  #expectLook(later = 0) {
    if (!this.#refuse) this.#expectWord((this.#trying ? TRIAL : SILENCE) + later);
  }

  /**
   * The worker is dead unless it says something. Counted in ticks: of a time in which the machine
   * slept or the page was stopped, one tick at the most is late, and a worker that is well speaks
   * before the next.
   * @param {number} seconds
   */
  #expectWord(seconds) {
    clearInterval(this.#watchdog);
    let left = Math.ceil(seconds / TICK);
    this.#watchdog = setInterval(() => {
      left -= 1;
      if (left > 0) return;
      clearInterval(this.#watchdog);
      this.#fail(this.#worker, "it has fallen silent");
    }, 1000 * TICK);
  }

  /** @param {EngineError} error */
  async #restart(error) {
    console.warn(`The worker is replaced: ${error.message}`);
    clearInterval(this.#watchdog);
    this.#worker?.terminate();
    this.#restarts += 1;
    try {
      if (this.#restarts > MOST_RESTARTS || error.reason === "outdated") throw error;
      const started = this.#start();
      if (this.#camera) this.watch(this.#camera);
      await started;
    } catch (fatal) {
      this.close();
      this.#tell.failed(/** @type {EngineError} */ (fatal));
    }
  }
}

/**
 * @param {Worker | null} worker
 * @param {Order} order
 * @param {Transferable[]} transfer what the page gives away with it
 */
function post(worker, order, transfer = []) {
  worker?.postMessage(order, transfer);
}
