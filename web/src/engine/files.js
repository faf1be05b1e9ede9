/** The models' files, as they were exported.
 *
 * @import { Emotion } from "../shared/contract.js"
 * @import { io } from "@tensorflow/tfjs-core"
 *
 * @typedef {object} Metadata What was exported with a model.
 * @property {number} height of its pictures, pixels
 * @property {number} width
 * @property {number} channels
 * @property {Record<string, string>} sha256 of each file
 *
 * @typedef {object} Expressions What the classifier's has besides.
 * @property {Emotion[]} labels the emotions, in the order of its outputs, which begin with them
 * @property {number[]} weights by which those of its outputs are multiplied that say what people
 *   would say: see `fit_weights` in training/people.py
 * @property {number} sure the least probability with which one is named
 * @property {{scale: number, offset_y: number}} crop see `cropSquare`
 * @property {number} temperature see `calibrate`
 *
 * @typedef {Metadata & Expressions} EmotionMetadata
 *
 * @typedef {{face: Files, emotion: Files<EmotionMetadata>}} ModelFiles
 */

/**
 * Those of one model.
 * @template {Metadata} [About=Metadata]
 * @typedef {{metadata: About, artifacts: io.ModelArtifacts}} Files
 */

/**
 * Fetch both models. Rejects unless every file is the one that was exported.
 * @param {string} base the address of the folder with `face/` and `emotion/`
 * @returns {Promise<ModelFiles>}
 */
export async function fetchModels(base) {
  const [face, emotion] = await Promise.all([
    fetchModel(`${base}/face`),
    /** @type {Promise<Files<EmotionMetadata>>} */ (fetchModel(`${base}/emotion`)),
  ]);
  return { face, emotion };
}

/**
 * @template {Metadata} [About=Metadata]
 * @param {string} folder its address
 * @returns {Promise<Files<About>>}
 */
async function fetchModel(folder) {
  /** @type {About} */
  const metadata = JSON.parse(text(await load(`${folder}/metadata.json`)));
  /** @type {Record<string, ArrayBuffer>} */
  const files = {};
  await Promise.all(
    Object.entries(metadata.sha256).map(async ([name, digest]) => {
      files[name] = await load(`${folder}/${name}`);
      if ((await sha256(files[name])) !== digest) throw new Error(`${folder}/${name} is damaged`);
    }),
  );
  /** @type {io.ModelJSON} */
  const { weightsManifest, ...graph } = JSON.parse(text(files["model.json"]));
  const artifacts = {
    ...graph,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weightsManifest.flatMap((group) => group.paths.map((path) => files[path])),
  };
  return { metadata, artifacts };
}

/** @param {string} address */
async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

/** @param {ArrayBuffer} bytes */
const text = (bytes) => new TextDecoder().decode(bytes);

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
