/** Camera -> worker -> readings, about twice a second, one frame in flight. */

const LOOK_MILLISECONDS = 500;

export class Engine {
  /**
   * Start the worker and have it load the models. Rejects if they cannot be used.
   * @param {{workerUrl: string, modelUrl: string}} addresses
   */
  static async load({ workerUrl, modelUrl }) {
    const engine = new Engine(new Worker(workerUrl, { type: "module" }));
    try {
      const { labels } = await engine.#ask({ operation: "load", base: modelUrl });
      engine.labels = labels;
      return engine;
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  /** The emotions, in the order of a reading's probabilities. */
  labels = [];
  #worker;
  #timer = null;
  #busy = false; // a frame is with the worker

  constructor(worker) {
    this.#worker = worker;
  }

  /**
   * Look through the camera until `stop` or `close`.
   * @param {import("./camera.js").Camera} camera
   * @param {(reading: {faces: number, box: number[]|null, probabilities: number[]|null}) => void} onReading
   * @param {(error: Error) => void} onFailure called once; the engine has stopped then
   */
  start(camera, onReading, onFailure) {
    this.stop();
    const timer = setInterval(async () => {
      if (this.#busy) return; // a late frame is dropped, not queued
      this.#busy = true;
      try {
        const frame = await camera.frame();
        if (frame === null) return;
        const reading = await this.#ask({ operation: "look", frame }, [frame]);
        if (this.#timer === timer) onReading(reading);
      } catch (error) {
        if (this.#timer !== timer) return;
        this.stop();
        onFailure(error);
      } finally {
        this.#busy = false;
      }
    }, LOOK_MILLISECONDS);
    this.#timer = timer;
  }

  /** Look no more, until the next `start`. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Stop, and end the worker with everything in it. */
  close() {
    this.stop();
    this.#worker.terminate();
  }

  #ask(message, transfer = []) {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => {
        if (data.operation === "failed") reject(new Error(data.message));
        else resolve(data);
      };
      this.#worker.onerror = (event) => reject(new Error(event.message || "the worker failed"));
      this.#worker.postMessage(message, transfer);
    });
  }
}
