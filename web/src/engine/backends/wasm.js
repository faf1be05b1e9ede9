/** TensorFlow.js on the processor, through WebAssembly, which every browser has. */

import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import withoutSimd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";

/**
 * Let TensorFlow.js compute here from now on. Rejects if it cannot.
 * @returns {Promise<{lost: Promise<never>}>} `lost` never settles: there is no device to lose
 */
export async function start() {
  // Threads need a page that is isolated from all other origins, which ours is not.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths({
    "tfjs-backend-wasm.wasm": withoutSimd,
    "tfjs-backend-wasm-simd.wasm": simd,
    "tfjs-backend-wasm-threaded-simd.wasm": "",
  });
  if (!(await tf.setBackend("wasm"))) throw new Error("WebAssembly does not start here");
  return { lost: new Promise(() => {}) };
}
