/** Our classifier and those of two libraries, over the same crops in one page. */

const PEERS = "/node_modules/@vladmandic";
const WASM = "/node_modules/@tensorflow/tfjs-backend-wasm/dist/";
const SIDE = 48;
// Where face-api's output has our labels: angry, disgust, fear, ...
const FACE_API = [3, 5, 4, 1, 2, 6, 0];

/** Each resolves to a function from a crop's grey levels to our labels' probabilities, or a promise. */
export const classifiers = {
  async classpulse(models) {
    const { fetchModels, Vision } = await import("/static/dist/vision.js");
    const vision = await Vision.load(fetchModels(models));
    return (crop) => vision.classify(Float32Array.from(crop));
  },

  async "face-api"() {
    const { tf, nets, NetInput } = await import(`${PEERS}/face-api/dist/face-api.esm.js`);
    tf.setWasmPaths(WASM);
    await tf.setBackend("wasm");
    const net = nets.faceExpressionNet;
    await net.loadFromUri(`${PEERS}/face-api/model`);
    const read = (crop) => {
      const grey = tf.tensor3d(Float32Array.from(crop), [SIDE, SIDE, 1]);
      return net.forwardInput(new NetInput([tf.tile(grey, [1, 1, 3])])).dataSync();
    };
    return (crop) => {
      const values = tf.tidy(() => read(crop));
      return FACE_API.map((index) => values[index]);
    };
  },

  async human() {
    const { default: Human } = await import(`${PEERS}/human/dist/human.esm.js`);
    const { tf } = new Human();
    tf.setWasmPaths(WASM);
    await tf.setBackend("wasm");
    const model = await tf.loadGraphModel(`${PEERS}/human/models/emotion.json`);
    const side = model.inputs[0].shape[1];
    // What its own code does with a face. Its output is in our labels' order.
    const read = (crop) => {
      const grey = tf.tensor4d(Float32Array.from(crop), [1, SIDE, SIDE, 1]);
      const face = tf.image.resizeBilinear(tf.div(grey, 255), [side, side]);
      return model.execute(tf.mul(tf.sub(face, 0.5), 2)).dataSync();
    };
    return (crop) => tf.tidy(() => read(crop));
  },
};

/**
 * Classify every crop with every classifier, which take turns.
 * @param {string} models the address of the folder with our `face/` and `emotion/`
 * @param {string} crops the address of the crops: grey levels, a byte each
 * @param {number} warmup predictions before the first that is timed
 * @returns {Promise<Record<string, {times: number[], outputs: number[][]}>>} by the classifier's
 *   name: milliseconds and probabilities for each crop
 */
export async function compare(models, crops, warmup) {
  const bytes = new Uint8Array(await (await fetch(crops)).arrayBuffer());
  const all = [];
  for (const name of Object.keys(classifiers)) {
    const realm = await ownRealm(import.meta.url);
    const classify = await realm.classifiers[name](models);
    for (let round = 0; round < warmup; round++) await classify(bytes.subarray(0, SIDE * SIDE));
    all.push({ name, classify, times: [], outputs: [] });
  }
  for (let start = 0; start < bytes.length; start += SIDE * SIDE) {
    const crop = bytes.subarray(start, start + SIDE * SIDE);
    for (const { classify, times, outputs } of all) {
      const began = performance.now();
      const probabilities = await classify(crop);
      times.push(performance.now() - began);
      outputs.push([...probabilities]);
    }
  }
  return Object.fromEntries(all.map(({ name, times, outputs }) => [name, { times, outputs }]));
}

/** A module in a frame of its own: copies of TensorFlow.js in one would share their state. */
export function ownRealm(address) {
  const frame = document.body.appendChild(document.createElement("iframe"));
  return frame.contentWindow.eval("(address) => import(address)")(address);
}
