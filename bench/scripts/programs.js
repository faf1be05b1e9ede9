/** Whole programs that read an expression: ours and two libraries', each as its makers show it. */

const PEERS = "/node_modules/@vladmandic";
const WASM = "/node_modules/@tensorflow/tfjs-backend-wasm/dist/";

/**
 * Each resolves to a function from a picture to the word for the face's expression, or null where it
 * sees no face. With `anew`, that owes nothing to what it saw before. Our own takes a VideoFrame, as
 * its page gives it; the others, which cannot, a canvas or a video.
 */
export const programs = {
  async classpulse() {
    const { fetchModels, Vision } = await import("/static/dist/vision.js");
    const vision = await Vision.load(fetchModels("/static/model"));
    const { labels, sure } = vision.metadata;
    return async (frame, anew) => {
      if (anew) vision.forget();
      const { probabilities } = await vision.look(frame, performance.now() / 1000);
      if (!probabilities) return null;
      const p = Math.max(...probabilities);
      return p < sure ? "unsure" : labels[probabilities.indexOf(p)]; // as our page does
    };
  },

  "face-api": () => faceApi("tinyFaceDetector", "TinyFaceDetectorOptions", {}),

  // The detector and its settings in the library's own webcam demo.
  "face-api, SSD": () =>
    faceApi("ssdMobilenetv1", "SsdMobilenetv1Options", { minConfidence: 0.2, maxResults: 5 }),

  async human() {
    const { default: Human } = await import(`${PEERS}/human/dist/human.esm.js`);
    const off = { enabled: false };
    const human = new Human({
      backend: "wasm",
      wasmPath: WASM,
      modelBasePath: `${PEERS}/human/models/`,
      filter: off, // as in the library's own demo
      face: { mesh: off, iris: off, description: off }, // which leaves the detector and emotion
      body: off,
      hand: off,
      gesture: off,
    });
    await human.load();
    const { cacheSensitivity } = human.config;
    return async (picture, anew) => {
      const settings = { cacheSensitivity: anew ? 0 : cacheSensitivity };
      const { face } = await human.detect(picture, settings);
      return face[0]?.emotion?.[0]?.emotion ?? null;
    };
  },
};

async function faceApi(detector, Options, settings) {
  const library = await import(`${PEERS}/face-api/dist/face-api.esm.js`);
  library.tf.setWasmPaths(WASM);
  await library.tf.setBackend("wasm");
  const models = [library.nets[detector], library.nets.faceExpressionNet];
  await Promise.all(models.map((model) => model.loadFromUri(`${PEERS}/face-api/model`)));
  const options = new library[Options](settings);
  return async (picture) => {
    const face = await library.detectSingleFace(picture, options).withFaceExpressions();
    return face?.expressions.asSortedArray()[0].expression ?? null;
  };
}
