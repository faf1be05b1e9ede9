/** The page's end of the engine: camera -> worker -> readings, and a new worker if one dies.
 *
 * @import { Emotion } from "../shared/contract.js"
 * @import { BackendName } from "./backends.js"
 * @import { Camera } from "./camera.js"
 * @import { Answer, Look, Order } from "./worker.js"
 *
 * @typedef {{workerUrl: string, modelUrl: string}} Addresses
 *
 * @typedef {object} Listener
 * @property {(look: Look) => void} read after each look
 * @property {(error: unknown) => void} failed once, when it cannot go on: the engine is closed then
 */

import { backendsToTry, rememberedBackend, rememberBackend } from "./backend-memory.js";

const SILENCE = 20_000; // milliseconds without a word from a worker that ought to look: it is dead
const MOST_RESTARTS = 3;
const AGAIN = 1000; // milliseconds
const SETTLED = 5; // looks before other backends are tried: the first label comes first

export class Engine {
  /**
   * Start the worker and have it load the models. Rejects if they cannot be used.
   * @param {Addresses} addresses
   * @param {Listener} tell what the page wants to hear of
   */
  static async load(addresses, tell) {
    const engine = new Engine(addresses, tell);
    try {
      await engine.#start();
      return engine;
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  /**
   * The emotions, in the order of a reading's probabilities.
   * @type {Emotion[]}
   */
  labels = [];
  /** The least probability with which one is named. */
  sure = 0;
  #addresses;
  #tell;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Camera | null} */
  #camera = null;
  #looks = 0; // of this worker
  /** @type {BackendName} */
  #backend = "wasm"; // of this worker
  #restarts = 0;
  #watchdog = 0;

  /**
   * @param {Addresses} addresses
   * @param {Listener} tell
   */
  constructor(addresses, tell) {
    this.#addresses = addresses;
    this.#tell = tell;
  }

  /**
   * Look through the camera until `rest` or `close`.
   * @param {Camera} camera
   */
  watch(camera) {
    this.#camera = camera;
    const stream = camera.stream();
    post(this.#worker, { operation: "watch", stream }, stream ? [stream] : []);
    this.#expectWord();
  }

  /** Look no more, until the next `watch`. */
  rest() {
    clearTimeout(this.#watchdog);
    this.#camera = null;
    post(this.#worker, { operation: "rest" });
  }

  /** End the worker with everything in it. */
  close() {
    clearTimeout(this.#watchdog);
    this.#camera = null;
    this.#worker?.terminate();
  }

  /**
   * Resolves when a new worker has loaded the models.
   * @returns {Promise<void>}
   */
  #start() {
    const worker = new Worker(this.#addresses.workerUrl, { type: "module" });
    this.#worker = worker;
    this.#looks = 0;
    this.#backend = "wasm";
    return new Promise((resolve, reject) => {
      let loaded = false;
      const fail = (/** @type {Error} */ error) => {
        if (!loaded) reject(error);
        else if (this.#camera && this.#worker === worker) this.#restart(error);
      };
      worker.onerror = (event) => fail(new Error(event.message || "the worker failed"));
      worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
        if (data.operation === "failed") fail(new Error(data.message));
        else if (data.operation === "loaded") {
          this.labels = data.labels;
          this.sure = data.sure;
          loaded = true;
          resolve();
        } else if (this.#camera) this.#hear(data);
      };
      post(worker, { operation: "load", base: this.#addresses.modelUrl });
    });
  }

  /** @param {Answer} data */
  #hear(data) {
    this.#expectWord(data.operation === "read" ? data.next : 0);
    if (data.operation === "ask") this.#giveFrame();
    if (data.operation === "chosen") rememberBackend(data.backend);
    if (data.operation !== "read") return;
    this.#looks += 1;
    if (this.#looks === SETTLED) this.#speedUp();
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
    if (backend === null) {
      post(this.#worker, { operation: "choose", backends: backendsToTry() });
    } else if (backend !== "wasm") {
      post(this.#worker, { operation: "move", backend });
    }
  }

  #expectWord(delay = 0) {
    clearTimeout(this.#watchdog);
    const dead = () => this.#restart(new Error("the worker has fallen silent"));
    this.#watchdog = setTimeout(dead, SILENCE + delay);
  }

  /** @param {Error} error */
  async #restart(error) {
    console.warn(`The worker is replaced: ${error.message}`);
    clearTimeout(this.#watchdog);
    this.#worker?.terminate();
    this.#restarts += 1;
    try {
      if (this.#restarts > MOST_RESTARTS) throw error;
      await this.#start();
      if (this.#camera) this.watch(this.#camera);
    } catch (fatal) {
      this.close();
      this.#tell.failed(fatal);
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
