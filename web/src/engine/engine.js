/** The page's end of the engine: camera -> worker -> readings, and a new worker if one dies. */

import { backendsToTry, rememberedBackend, rememberBackend } from "./backend-memory.js";

const SILENCE = 20_000; // milliseconds without a word from a worker that ought to look: it is dead
const MOST_RESTARTS = 3;
const AGAIN = 1000; // milliseconds
const SETTLED = 5; // looks before other backends are tried: the first label comes first

export class Engine {
  /**
   * Start the worker and have it load the models. Rejects if they cannot be used.
   * @param {{workerUrl: string, modelUrl: string}} addresses
   * @param {object} tell what the page wants to hear of:
   *   `read({reading, milliseconds, next, backend})` after each look: see vision.js and worker.js
   *   `failed(error)` once, when it cannot go on: the engine is closed then
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

  /** The emotions, in the order of a reading's probabilities. */
  labels = [];
  /** The least probability with which one is named. */
  sure = 0;
  #addresses;
  #tell;
  #worker = null;
  #camera = null;
  #looks = 0; // of this worker
  #backend = "wasm"; // of this worker
  #restarts = 0;
  #watchdog = null;

  constructor(addresses, tell) {
    this.#addresses = addresses;
    this.#tell = tell;
  }

  /**
   * Look through the camera until `rest` or `close`.
   * @param {import("./camera.js").Camera} camera
   */
  watch(camera) {
    this.#camera = camera;
    const stream = camera.stream();
    this.#worker.postMessage({ operation: "watch", stream }, stream ? [stream] : []);
    this.#expectWord();
  }

  /** Look no more, until the next `watch`. */
  rest() {
    clearTimeout(this.#watchdog);
    this.#camera = null;
    this.#worker.postMessage({ operation: "rest" });
  }

  /** End the worker with everything in it. */
  close() {
    clearTimeout(this.#watchdog);
    this.#camera = null;
    this.#worker.terminate();
  }

  /** Resolves when a new worker has loaded the models. */
  #start() {
    const worker = new Worker(this.#addresses.workerUrl, { type: "module" });
    this.#worker = worker;
    this.#looks = 0;
    this.#backend = "wasm";
    return new Promise((resolve, reject) => {
      let loaded = false;
      const fail = (error) => {
        if (!loaded) reject(error);
        else if (this.#camera && this.#worker === worker) this.#restart(error);
      };
      worker.onerror = (event) => fail(new Error(event.message || "the worker failed"));
      worker.onmessage = ({ data }) => {
        if (data.operation === "failed") fail(new Error(data.message));
        else if (data.operation === "loaded") {
          this.labels = data.labels;
          this.sure = data.sure;
          loaded = true;
          resolve();
        } else if (this.#camera) this.#hear(data);
      };
      worker.postMessage({ operation: "load", base: this.#addresses.modelUrl });
    });
  }

  #hear(data) {
    this.#expectWord(data.next);
    if (data.operation === "frame?") this.#giveFrame();
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
    const worker = this.#worker;
    try {
      const frame = await this.#camera.frame();
      worker.postMessage({ operation: "frame", frame }, [frame]);
    } catch {
      setTimeout(() => this.#camera && this.#giveFrame(), AGAIN); // there is no picture yet
    }
  }

  #speedUp() {
    const backend = rememberedBackend();
    rememberBackend("wasm"); // a trial that takes the worker down with it is not repeated
    if (backend === null) {
      this.#worker.postMessage({ operation: "choose", backends: backendsToTry() });
    } else if (backend !== "wasm") {
      this.#worker.postMessage({ operation: "move", backend });
    }
  }

  #expectWord(delay = 0) {
    clearTimeout(this.#watchdog);
    const dead = () => this.#restart(new Error("the worker has fallen silent"));
    this.#watchdog = setTimeout(dead, SILENCE + delay);
  }

  async #restart(error) {
    console.warn(`The worker is replaced: ${error.message}`);
    clearTimeout(this.#watchdog);
    this.#worker.terminate();
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
