/** Where TensorFlow.js computes: started by name, and tried out on the real models.
 *
 * @import { Metadata } from "./files.js"
 * @import { Model } from "./model.js"
 *
 * @typedef {"wasm" | "webgl" | "webgpu"} BackendName
 * @typedef {{name: BackendName, lost: Promise<void>}} Backend `lost` resolves when its device is
 *   gone, and with it everything that was computed there
 */

import * as tf from "@tensorflow/tfjs-core";

import * as wasm from "./backends/wasm.js";

/** @type {Record<BackendName, () => Promise<{start: () => Promise<{lost: Promise<void>}>}>>} */
const CODE = {
  wasm: async () => wasm,
  webgl: () => import("./backends/webgl.js"),
  webgpu: () => import("./backends/webgpu.js"),
};
const ROUNDS = 5;
const TOLERANCE = 0.02; // of a probability, or of a picture's side

/**
 * Load what they need to start, so that they need no network then. Code that does not come keeps its
 * backend from starting.
 * @param {BackendName[]} names
 */
export async function loadCode(names) {
  await Promise.allSettled(names.map((name) => CODE[name]()));
}

/**
 * Compute there from now on. Rejects, and nothing has changed, if it cannot be.
 * @param {BackendName} name
 * @returns {Promise<Backend>}
 */
export async function startBackend(name) {
  const before = tf.getBackend();
  try {
    return { name, ...(await (await CODE[name]()).start()) };
  } catch (error) {
    if (before) await tf.setBackend(before);
    throw error;
  }
}

/**
 * Go back to a backend that was started before.
 * @param {BackendName} name
 */
export async function returnTo(name) {
  await tf.setBackend(name);
}

/**
 * Let go of a backend and of everything in it.
 * @param {BackendName} name
 */
export function endBackend(name) {
  tf.removeBackend(name);
}

/**
 * Run models over a made-up picture.
 * @param {Model[]} models
 * @returns {Promise<{answers: Float32Array[], milliseconds: number}>} the median of a few rounds
 */
export async function tryOut(models) {
  const pictures = models.map(({ metadata }) => waves(metadata));
  const times = [];
  /** @type {Float32Array[]} */
  let answers = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    answers = [];
    for (const [index, model] of models.entries()) answers.push(await model.run(pictures[index]));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { answers, milliseconds: times[Math.floor(ROUNDS / 2)] };
}

/**
 * Whether two backends answer alike.
 * @param {Float32Array[]} answers
 * @param {Float32Array[]} others
 */
export function agree(answers, others) {
  return answers.every((answer, index) =>
    answer.every((value, place) => Math.abs(value - others[index][place]) <= TOLERANCE),
  );
}

/** @param {Metadata} metadata */
function waves({ height, width, channels }) {
  const pixels = new Float32Array(height * width * channels);
  return pixels.map((_, index) => 128 + 100 * Math.sin(index / 7) * Math.cos(index / 1000));
}
