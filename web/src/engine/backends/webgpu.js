/** TensorFlow.js on the graphics card, through WebGPU.
 *
 * @import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
 */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgpu";

/**
 * Let TensorFlow.js compute there from now on. Rejects if it cannot.
 * @returns {Promise<{lost: Promise<void>}>} `lost` resolves when the card is gone, and with it
 *   every model and tensor
 */
export async function start() {
  if (!(await navigator.gpu?.requestAdapter())) throw new Error("there is no WebGPU here");
  if (!(await tf.setBackend("webgpu"))) throw new Error("WebGPU does not start here");
  return { lost: /** @type {WebGPUBackend} */ (tf.backend()).device.lost.then(() => {}) };
}
