/** The student's camera on the page: what it sees, what troubles it, and a way on from there.
 *
 * @import { Label } from "../shared/contract.js"
 * @import { BackendName } from "../engine/backends.js"
 * @import { Face } from "../engine/crop.js"
 * @import { Reading } from "../engine/vision.js"
 * @import { Look } from "../engine/worker.js"
 */

import { Camera, CameraError, whenCamerasChange } from "../engine/camera.js";
import { Engine } from "../engine/engine.js";
import { fromResting, RestingFace } from "../engine/resting.js";
import { Smoother } from "../engine/smoother.js";
import { EMOTION_WORDS } from "../shared/labels.js";
import { find, setText, tabMemory } from "../shared/page.js";
import { gettext, ngettext } from "../shared/texts.js";

const ADDRESSES = {
  workerUrl: new URL("worker.js", import.meta.url).href,
  modelUrl: new URL("../model", import.meta.url).href,
};
const RESTING = "classpulse.resting"; // the student's face at rest: probabilities
/** @type {Record<BackendName, string>} */
const BACKEND_WORDS = { wasm: "WebAssembly", webgl: "WebGL", webgpu: "WebGPU" };
/** @type {Record<NonNullable<Reading["hindrance"]>, [hindrance: string, advice: string]>} */
const HINDRANCES = {
  nobody: [gettext("No face to be seen"), ""],
  edge: [
    gettext("Your face is at the edge of the picture"),
    gettext("Nothing is guessed while a part is missing."),
  ],
  turned: [gettext("Your face is turned away"), ""],
  small: [gettext("Your face is too far away to read"), ""],
  dark: [gettext("The picture is dark"), gettext("Is the lens covered, or the light off?")],
  frozen: [
    gettext("The picture stands still"),
    gettext("The camera is stuck: pause it and go on, or plug it in anew."),
  ],
};

export class CameraCard {
  #tell; // hears each new label message
  #pause = find("pause", HTMLButtonElement);
  /** @type {Camera | null} */
  #camera = null;
  /** @type {Engine | null} */
  #engine = null;
  /** @type {Promise<Engine> | null} */
  #loading = null; // a promise of the engine, while it loads
  /** @type {string[]} */
  #labels = []; // the engine's
  /** @type {Smoother | null} */
  #smoother = null;
  /** @type {number[] | null} */
  #resting = JSON.parse(tabMemory.get(RESTING) ?? "null");
  /** @type {RestingFace | null} */
  #learning = null; // the face at rest, while it is learnt
  /** @type {(() => void) | null} */
  #stopWaiting = null; // for a camera to come
  #starts = 0; // counts on when what was started is no longer wanted
  #open = true;

  /** @param {(label: Label | null) => void} tell the newest label message, null for none */
  constructor(tell) {
    this.#tell = tell;
    this.#pause.addEventListener("click", () => (this.#camera ? this.stop("") : this.start()));
    find("learn-resting").addEventListener("click", () => this.#learnResting());
    find("forget-resting").addEventListener("click", () => {
      tabMemory.remove(RESTING);
      this.#resting = null;
      this.#showResting();
    });
    this.#showResting();
  }

  /** Ask for the camera, load the models, and look until `stop` or `close`. */
  async start() {
    this.#release();
    const start = this.#starts;
    find("camera").hidden = false;
    this.#pause.disabled = true;
    setText("looks", gettext("Starting the camera…"));
    setText("trouble", "");
    const loading = this.#load(); // while the browser asks the student
    loading.catch(() => {}); // until it is waited for
    try {
      const camera = await Camera.open(find("video", HTMLVideoElement), () => {
        setText("looks", gettext("The camera is in use by another program. Trying again…"));
        return start === this.#starts;
      });
      if (start !== this.#starts) return camera.close(); // left while the browser was still asking
      this.#camera = camera;
      camera.listen({
        ended: () =>
          this.stop(gettext("The camera was unplugged or taken away. Plug it in, and it goes on.")),
        muted: () => this.#showMuted(),
      });
      setText("pause", gettext("Pause the camera"));
      this.#pause.disabled = false;
      const engine = await loading;
      if (start !== this.#starts) return; // paused or unplugged while the models were loading
      this.#labels = engine.labels;
      this.#smoother = new Smoother(engine.labels, engine.sure);
      engine.watch(camera);
      this.#showMuted();
    } catch (error) {
      if (start !== this.#starts) return;
      const trouble =
        error instanceof CameraError
          ? error.message
          : gettext(
              "The face model could not be loaded: the connection failed, or its files are damaged.",
            );
      this.stop(`${trouble} ${gettext("You can still take part with your own words.")}`);
    } finally {
      this.#pause.disabled = false;
    }
  }

  /**
   * The camera's light goes out, and the teacher's counts learn that nothing is read.
   * @param {string} trouble why, "" where the student wants it
   */
  stop(trouble) {
    this.#release();
    this.#tell({ state: "paused" });
    setText("looks", trouble ? gettext("The camera is off") : gettext("Paused: nothing is read"));
    setText("trouble", trouble);
    setText("pause", trouble ? gettext("Try the camera again") : gettext("Go on with the camera"));
    drawFace(null);
    if (trouble) this.#stopWaiting = whenCamerasChange(() => this.start());
  }

  /** Do without the camera, and hide it. */
  hide() {
    this.stop("");
    find("camera").hidden = true;
  }

  /** The operator has decided against cameras while this page was open. */
  ruleOut() {
    this.stop("");
    this.#tell(null);
    setText("looks", gettext("The camera is off"));
    setText("trouble", gettext("This class does without cameras now."));
    this.#pause.hidden = true;
    find("no-camera").hidden = true;
  }

  /** The end: nothing of it goes on. */
  close() {
    this.#open = false;
    this.#release();
    this.#engine?.close();
  }

  async #load() {
    if (this.#engine) return this.#engine;
    this.#loading ??= Engine.load(ADDRESSES, {
      read: (look) => this.#read(look),
      failed: () => this.#fail(),
    });
    try {
      const engine = await this.#loading;
      this.#engine = engine;
      if (!this.#open) engine.close();
      return engine;
    } finally {
      this.#loading = null;
    }
  }

  #release() {
    this.#starts += 1;
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    if (this.#camera) this.#engine?.rest();
    this.#camera?.close();
    this.#camera = null;
  }

  #fail() {
    this.#engine = null; // another try begins with a new worker
    this.stop(gettext("Reading your face failed. Your own words still count."));
  }

  /** @param {Look} look */
  #read({ reading, milliseconds, next, backend }) {
    if (!this.#smoother || !this.#camera) return;
    if (this.#camera.muted) return; // what comes then is no picture
    const label = this.#smoother.update(
      this.#adjust(reading.probabilities),
      performance.now() / 1000,
    );
    this.#tell(label);
    const [hindrance, advice] = reading.hindrance ? HINDRANCES[reading.hindrance] : ["", ""];
    const emotion = label.emotion ? EMOTION_WORDS[label.emotion] : "";
    const looks = {
      ok: gettext("Your face looks {emotion}", { emotion }),
      unsure: gettext("Hard to say how your face looks"),
      no_face: hindrance,
    };
    setText("looks", looks[label.state]);
    const several = ngettext(
      "{count} face is in the picture: the largest one counts.",
      "{count} faces are in the picture: the largest one counts.",
      reading.faces,
    );
    setText("trouble", reading.faces > 1 ? several : label.state === "no_face" ? advice : "");
    const pace = {
      looks: (1000 / next).toPrecision(2),
      milliseconds: milliseconds.toFixed(0),
      backend: BACKEND_WORDS[backend],
    };
    setText(
      "engine",
      gettext("{looks} looks a second, {milliseconds} ms each, with {backend}.", pace),
    );
    drawFace(reading.face);
  }

  #showMuted() {
    if (!this.#camera) return;
    setText("trouble", "");
    if (!this.#camera.muted) return;
    this.#tell({ state: "paused" });
    setText("looks", gettext("The camera gives no picture"));
    setText(
      "trouble",
      gettext("Your system, or a switch on the camera, keeps it back. It goes on from there."),
    );
    drawFace(null);
  }

  // The face at rest

  /** @param {number[] | null} probabilities */
  #adjust(probabilities) {
    if (probabilities === null) return null;
    const learnt = this.#learning?.add(probabilities);
    if (learnt) {
      this.#learning = null;
      this.#resting = learnt;
      tabMemory.set(RESTING, JSON.stringify(learnt));
      this.#showResting();
    }
    if (this.#resting === null) return probabilities;
    return fromResting(probabilities, this.#resting, this.#labels.indexOf("neutral"));
  }

  #learnResting() {
    this.#learning = new RestingFace();
    setText("resting", gettext("Look at the screen as you do when you listen…"));
  }

  #showResting() {
    const known = this.#resting !== null;
    find("forget-resting").hidden = !known;
    setText("resting", known ? gettext("Your resting face is known, on this device only.") : "");
  }
}

/** @param {Pick<Face, "x" | "y" | "size" | "roll"> | null} face */
function drawFace(face) {
  const canvas = find("face", HTMLCanvasElement);
  const video = find("video", HTMLVideoElement);
  canvas.width = video.videoWidth || 4;
  canvas.height = video.videoHeight || 3;
  const context = canvas.getContext("2d");
  if (face === null || context === null) return;
  context.translate(face.x, face.y);
  context.rotate(face.roll);
  context.lineWidth = canvas.width / 160;
  context.strokeStyle = "#ffd23f";
  context.strokeRect(-face.size / 2, -face.size / 2, face.size, face.size);
}
