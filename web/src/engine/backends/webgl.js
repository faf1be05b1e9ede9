/** TensorFlow.js on the graphics card, through WebGL.
 *
 * @import { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl"
 */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";

/**
 * Let TensorFlow.js compute there from now on. Rejects if it cannot, or if the browser warns that
 * it would be slow.
 * @returns {Promise<{lost: Promise<void>}>} `lost` resolves when the card is gone, and with it
 *   every model and tensor
 */
export async function start() {
  if (!(await tf.setBackend("webgl"))) throw new Error("WebGL does not start here");
  const { gl } = /** @type {MathBackendWebGL} */ (tf.backend()).getGPGPUContext();
  const { canvas } = /** @type {WebGLRenderingContext & {canvas: EventTarget}} */ (gl);
  /** @type {Promise<void>} */
  const lost = new Promise((resolve) => {
    canvas.addEventListener("webglcontextlost", () => resolve(), { once: true });
  });
  if (gl.isContextLost()) throw new Error("WebGL was lost while it started");
  return { lost };
}
