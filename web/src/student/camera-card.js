/** The student's camera on the page: what it sees, what troubles it, and a way on from there.
 *
 * @import { Label } from "../shared/contract.js"
 * @import { BackendName } from "../engine/backends.js"
 * @import { Face } from "../engine/crop.js"
 * @import { Reason } from "../engine/engine-error.js"
 * @import { Reading } from "../engine/vision.js"
 * @import { Look } from "../engine/worker.js"
 */

import { Camera, CameraError, cameraPermission, cameras } from "../engine/camera.js";
import { endingOf, isFramed, whenCamerasChange } from "../engine/camera.js";
import { EngineError } from "../engine/engine-error.js";
import { Engine } from "../engine/engine.js";
import { fromResting, RestingFace } from "../engine/resting.js";
import { Smoother } from "../engine/smoother.js";
import { wordOf } from "../shared/looks.js";
import { find, findIn, memory, setText, tabMemory } from "../shared/page.js";
import { gettext, ngettext } from "../shared/texts.js";

const ADDRESSES = {
  workerUrl: new URL("worker.js", import.meta.url).href,
  modelUrl: new URL("../model", import.meta.url).href,
};
const RESTING = "classpulse.resting"; // the student's face at rest: the probability of each label
const NEUTRAL = "neutral"; // what a face at rest counts as, if the model has a label for it
const CHOSEN = "classpulse.camera"; // the camera that the student chose
const HIDDEN = "classpulse.hidden"; // that the student does not want to see themselves
const ANSWER_MILLISECONDS = 3000; // after which a student may have overlooked the browser's question
const GAP_MILLISECONDS = 10_000; // between two looks: what was seen before says nothing about now
const AGAIN_MILLISECONDS = 5000; // before the models are fetched again, the first time
const LONGEST_MILLISECONDS = 60_000; // and at last
/** @type {Record<BackendName, string>} */
const BACKEND_WORDS = { wasm: "WebAssembly", webgl: "WebGL", webgpu: "WebGPU" };
/** @type {Record<NonNullable<Reading["hindrance"]>, [hindrance: string, advice: string]>} */
const HINDRANCES = {
  nobody: [gettext("No face to be seen"), ""],
  other: [
    gettext("Only another face is to be seen"),
    gettext("It was beside yours before, so it does not count as yours."),
  ],
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
/** @type {Record<Reason, string>} */
const FAILURES = {
  unsupported: gettext(
    "This browser lacks what reading a face takes: it is too old, or a strict mode has it turned off. Another browser may do.",
  ),
  scrambled: gettext(
    "This browser scrambles what pages read from pictures, to protect you from being recognised, so your face cannot be read. Exempt this page from its protection against fingerprinting, or use another browser.",
  ),
  unloadable: gettext(
    "The face model could not be loaded: the connection failed, or its files are damaged. This page tries again by itself.",
  ),
  outdated: gettext(
    "This server's pages do not fit its face model: they have to be built anew. Please tell whoever runs it.",
  ),
  crashed: gettext("Reading your face failed."),
};

export class CameraCard {
  #tell; // hears each new label message
  #pause = find("pause", HTMLButtonElement);
  #choice = find("cameras", HTMLSelectElement);
  #chosen = memory.get(CHOSEN);
  #hidden = memory.get(HIDDEN) === "true";
  #on = false; // whether the student wants it, and nothing speaks against it
  /** @type {Camera | null} */
  #camera = null;
  /** @type {Engine | null} */
  #engine = null; // null until it is needed, and after it has failed
  #failures = 0; // in a row, to load it
  /** @type {Smoother | null} */
  #smoother = null;
  #readAt = 0; // when the last look came, by the clock on the wall
  /** @type {Record<string, number> | null} */
  #resting = JSON.parse(tabMemory.get(RESTING) ?? "null");
  /** @type {RestingFace | null} */
  #learning = null; // the face at rest, while it is learnt
  #ending = new AbortController(); // of all that was started, or waits for another try

  /** @param {(label: Label | null) => void} tell the newest label message, null for none */
  constructor(tell) {
    this.#tell = tell;
    this.#pause.addEventListener("click", () => (this.#on ? this.stop() : this.start()));
    this.#choice.addEventListener("change", () => this.#choose(this.#choice.value || null));
    find("hide-picture").addEventListener("click", () => {
      this.#hidden = !this.#hidden;
      memory.set(HIDDEN, String(this.#hidden));
      this.#showPicture();
    });
    find("learn-resting").addEventListener("click", () => this.#learnResting());
    find("forget-resting").addEventListener("click", () => {
      tabMemory.remove(RESTING);
      this.#resting = null;
      find("learn-resting").focus(); // the button that has the focus goes
      this.#showResting();
    });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#showChoice());
    this.#showPicture();
    this.#showResting();
    this.#showState();
  }

  /** Ask for the camera, load the models, and look until `stop` or `close`. */
  async start() {
    const signal = this.#release();
    this.#on = true;
    find("camera").hidden = false;
    setText("looks", gettext("Starting the camera…"));
    setText("trouble", "");
    setText("pause", gettext("Pause the camera"));
    find("own-window").hidden = true;
    try {
      if (!window.OffscreenCanvas || !window.WebAssembly) throw new EngineError("unsupported");
      const engine = this.#load(); // while the browser asks the student
      const camera = await this.#take(signal);
      if (camera === null) return;
      this.#smoother = null;
      engine.watch(camera);
      this.#showMuted();
      await engine.loaded;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof CameraError) this.#doWithout(error);
      else this.#fail(/** @type {EngineError} */ (error));
    }
  }

  /** The camera's light goes out, and the teacher's counts learn that nothing is read. */
  stop() {
    return this.#turnOff(gettext("Paused: nothing is read"), "", gettext("Go on with the camera"));
  }

  /** Do without the camera, and hide it. */
  hide() {
    this.stop();
    setText("looks", "");
    find("camera").hidden = true;
  }

  /** The operator has decided against cameras while this page was open. */
  ruleOut() {
    this.stop();
    this.#tell(null);
    setText("looks", gettext("The camera is off"));
    setText("trouble", gettext("This class does without cameras now."));
    const card = find("camera");
    if (card.contains(document.activeElement)) findIn(card, "h2").focus(); // its buttons go
    this.#pause.hidden = true;
    find("no-camera").hidden = true;
  }

  /** The end: nothing of it goes on. */
  close() {
    this.#release();
    this.#engine?.close();
  }

  /**
   * Ask for the camera; null if it is no longer wanted when it comes.
   * @param {AbortSignal} signal
   */
  async #take(signal) {
    const hint = setTimeout(() => this.#hint(signal), ANSWER_MILLISECONDS);
    try {
      const camera = await Camera.open(this.#chosen, () => {
        if (signal.aborted) return false;
        setText("looks", gettext("The camera is in use by another program. Trying again…"));
        return true;
      });
      if (signal.aborted) {
        camera.close(); // it may not outlive the page's word that it is off
        return null;
      }
      this.#show(camera, signal);
      return camera;
    } finally {
      clearTimeout(hint);
    }
  }

  /**
   * @param {Camera} camera
   * @param {AbortSignal} signal
   */
  #show(camera, signal) {
    this.#camera = camera;
    camera.listen({
      ended: async () => {
        if (signal.aborted) return;
        const ended = this.#turnOff(gettext("The camera is off"), "");
        const error = await endingOf();
        if (!ended.aborted) this.#doWithout(error);
      },
      muted: () => signal.aborted || this.#showMuted(),
    });
    camera.showIn(find("video", HTMLVideoElement));
    setText("looks", gettext("Getting ready to read your face…"));
    setText("trouble", "");
    this.#showState();
    this.#showChoice();
  }

  /**
   * What may keep a camera from coming, which no error tells.
   * @param {AbortSignal} signal
   */
  async #hint(signal) {
    const permission = await cameraPermission();
    if (signal.aborted || this.#camera) return;
    setText(
      "trouble",
      permission?.state === "granted"
        ? gettext("The camera does not start. Does another program use it, or is it stuck?")
        : gettext(
            "Your browser asks whether this page may use your camera. Answer it there, perhaps beside the address bar.",
          ),
    );
  }

  /** @param {string | null} id of a camera */
  #choose(id) {
    this.#chosen = id;
    if (id) memory.set(CHOSEN, id);
    else memory.remove(CHOSEN);
    this.start();
  }

  #load() {
    if (this.#engine) return this.#engine;
    const engine = new Engine(ADDRESSES, {
      read: (look) => this.#read(look),
      waiting: () => this.#showNothing(),
      failed: (error) => {
        this.#engine = null; // another try begins with a new worker
        if (this.#on) this.#fail(error);
      },
    });
    engine.loaded.then(
      () => (this.#failures = 0),
      () => (this.#engine = null),
    );
    this.#engine = engine;
    return engine;
  }

  /** End all that goes on. Returns the signal of the end of what is begun next. */
  #release() {
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#on = false;
    if (this.#camera) this.#engine?.rest();
    this.#camera?.close();
    this.#camera = null;
    this.#learning = null;
    this.#showState();
    this.#showResting();
    return this.#ending.signal;
  }

  /**
   * @param {string} looks
   * @param {string} trouble
   * @param {string} [on] what the button says that turns it on again
   */
  #turnOff(looks, trouble, on = gettext("Try the camera again")) {
    const signal = this.#release();
    this.#tell({ state: "paused" });
    setText("looks", looks);
    setText(
      "trouble",
      trouble && `${trouble} ${gettext("You can still take part with your own words.")}`,
    );
    setText("pause", on);
    drawFace(null);
    return signal;
  }

  /** @param {CameraError} error */
  #doWithout({ message, refused }) {
    const signal = this.#turnOff(gettext("The camera is off"), message);
    find("own-window").hidden = !(refused && isFramed());
    this.#showChoice();
    whenCamerasChange(refused, () => this.start(), signal);
  }

  /** @param {EngineError} error */
  #fail({ reason }) {
    const signal = this.#turnOff(gettext("The camera is off"), FAILURES[reason]);
    if (reason !== "unloadable") return;
    this.#failures += 1;
    const wait = Math.min(AGAIN_MILLISECONDS * 2 ** (this.#failures - 1), LONGEST_MILLISECONDS);
    const tryAgain = async () => {
      if (signal.aborted) return;
      try {
        await this.#load().loaded; // first, so that the camera's light goes on for something
        if (!signal.aborted) this.start();
      } catch (error) {
        if (!signal.aborted) this.#fail(/** @type {EngineError} */ (error));
      }
    };
    const timer = setTimeout(tryAgain, wait);
    window.addEventListener("online", tryAgain, { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /** @param {Look} look */
  #read({ reading, milliseconds, next, backend }) {
    if (!this.#camera || !this.#engine || this.#camera.muted) return; // what comes then is no picture
    const now = Date.now();
    if (Math.abs(now - this.#readAt) > GAP_MILLISECONDS) this.#smoother = null;
    this.#readAt = now;
    if (reading.repeated && reading.probabilities) return; // it says nothing about now
    this.#smoother ??= new Smoother(this.#engine.labels, this.#engine.sure);
    const label = this.#smoother.update(
      this.#adjust(reading.probabilities, this.#engine.labels),
      performance.now() / 1000,
      reading.hindrance === "nobody",
    );
    this.#tell(label);
    const [hindrance, advice] = reading.hindrance ? HINDRANCES[reading.hindrance] : ["", ""];
    const emotion = label.emotion ? wordOf(label.emotion) : "";
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
    setText("trouble", label.state === "no_face" ? advice : reading.faces > 1 ? several : "");
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
    if (this.#camera.muted) this.#showNothing();
  }

  /** The camera is on, and no picture comes. */
  #showNothing() {
    this.#tell({ state: "paused" });
    setText("looks", gettext("The camera gives no picture"));
    setText(
      "trouble",
      gettext(
        "A shutter, a key or your system keeps it back, or the camera is stuck. It goes on from there.",
      ),
    );
    drawFace(null);
  }

  #showState() {
    const on = this.#camera !== null;
    setText("camera-state", on ? gettext("Camera on") : gettext("Camera off"));
    find("camera-state").classList.toggle("on", on);
  }

  #showPicture() {
    find("camera").classList.toggle("hidden-picture", this.#hidden);
    setText("hide-picture", this.#hidden ? gettext("Show my picture") : gettext("Hide my picture"));
  }

  async #showChoice() {
    const all = await cameras();
    const options = all.map(({ label, deviceId }) => new Option(label, deviceId));
    this.#choice.replaceChildren(new Option(gettext("The browser's own choice"), ""), ...options);
    this.#choice.value = this.#chosen ?? "";
    find("cameras-choice").hidden = all.length < 2 && this.#chosen === null;
  }

  // The face at rest

  /**
   * @param {number[] | null} probabilities
   * @param {string[]} labels
   */
  #adjust(probabilities, labels) {
    if (probabilities === null) return null;
    const learnt = this.#learning?.add(probabilities);
    if (learnt) {
      this.#learning = null;
      this.#resting = Object.fromEntries(labels.map((label, index) => [label, learnt[index]]));
      tabMemory.set(RESTING, JSON.stringify(this.#resting));
      this.#showResting();
    }
    // What was learnt with another model says nothing.
    const resting = labels.map((label) => this.#resting?.[label]);
    if (!labels.includes(NEUTRAL) || !resting.every((p) => p !== undefined)) return probabilities;
    return fromResting(probabilities, resting, labels.indexOf(NEUTRAL));
  }

  #learnResting() {
    if (!this.#camera) return setText("resting", gettext("Turn the camera on for it."));
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
