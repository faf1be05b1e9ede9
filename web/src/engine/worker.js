/** The worker: frames come in, readings go out, pixels go nowhere else.
 *
 * {operation: "load", base} -> {operation: "loaded", labels}
 * {operation: "look", frame} -> {operation: "read", faces, box, probabilities}
 * Anything that fails -> {operation: "failed", message}
 */

import { Vision } from "./vision.js";

let vision = null;

const operations = {
  async load({ base }) {
    vision = await Vision.load(base);
    return { operation: "loaded", labels: vision.labels };
  },
  look({ frame }) {
    try {
      return { operation: "read", ...vision.look(frame) };
    } finally {
      frame.close();
    }
  },
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await operations[data.operation](data));
  } catch (error) {
    self.postMessage({ operation: "failed", message: String(error) });
  }
};
