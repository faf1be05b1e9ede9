/** The student's camera: opened after consent, closed for good when done. */

import { gettext } from "../shared/texts.js";

const BUSY = ["NotReadableError", "AbortError"]; // the names that browsers have for it
const TRIES = 3; // of a busy camera
const BETWEEN = 1500; // milliseconds
// Enough for any face, and little work: a look every half second needs no more. Whoever asks for a
// height, too, is given a square of an upright picture.
const PICTURE = { width: { ideal: 640 }, frameRate: { ideal: 15 } };

const ALLOW = gettext("You can allow it beside the address bar; it goes on from there.");
/** @type {Record<string, string>} by the name of the error */
const TROUBLES = {
  NotFoundError: gettext(
    "No camera was found on this device. Plug one in, and it goes on by itself.",
  ),
  OverconstrainedError: gettext(
    "The camera that you chose is not there. Plug it in, and it goes on by itself, or choose another one.",
  ),
};

export class CameraError extends Error {
  /**
   * @param {string} message in words for the student
   * @param {boolean} [refused] whether the student, the browser or the system said no: who has said
   *   so is not asked again
   */
  constructor(message, refused = false) {
    super(message);
    this.refused = refused;
  }
}

export class Camera {
  /**
   * Ask for a camera. Rejects with a CameraError.
   * @param {string | null} id of the one that the student chose; null for the browser's own choice
   * @param {() => boolean} again called before another try of a busy camera; false ends it
   */
  static async open(id, again) {
    if (!navigator.mediaDevices) {
      throw new CameraError(gettext("The camera works only on a page opened with https."));
    }
    const chosen = id === null ? { facingMode: "user" } : { deviceId: { exact: id } };
    for (let tried = 1; ; tried++) {
      try {
        const video = { ...PICTURE, ...chosen };
        return new Camera(await navigator.mediaDevices.getUserMedia({ video }));
      } catch (error) {
        // What a browser rejects with is not an Error in each of them.
        const { name, message } = /** @type {{name: string, message: string}} */ (error);
        if (!BUSY.includes(name) || tried === TRIES) throw troubleOf(name, message);
        await new Promise((resolve) => setTimeout(resolve, BETWEEN));
        if (!again()) throw troubleOf(name, message);
      }
    }
  }

  #stream;
  #track;
  /** @type {HTMLVideoElement | null} */
  #video = null;

  /** @param {MediaStream} stream */
  constructor(stream) {
    this.#stream = stream;
    [this.#track] = stream.getVideoTracks();
  }

  /** Whether the system, or a switch on the camera, keeps its pictures back. */
  get muted() {
    return this.#track.muted;
  }

  /**
   * Show the student what it sees, from its first picture on.
   * @param {HTMLVideoElement} video
   */
  showIn(video) {
    this.#video = video;
    video.srcObject = this.#stream;
    video.play().catch(() => {}); // nothing more than a picture that is not shown
  }

  /** Its pictures, for a worker to read; null where the browser has none to hand over. */
  stream() {
    const { MediaStreamTrackProcessor } = window;
    if (!MediaStreamTrackProcessor) return null;
    return new MediaStreamTrackProcessor({ track: this.#track, maxBufferSize: 1 }).readable;
  }

  /** The picture of this moment. Rejects while there is none. */
  async frame() {
    if (!this.#video) throw new Error("It is shown nowhere");
    return createImageBitmap(this.#video);
  }

  /**
   * @param {{ended: () => void, muted: () => void}} tell `ended` if the camera is unplugged or taken
   *   away, `muted` when `muted` changes
   */
  listen({ ended, muted }) {
    this.#track.addEventListener("ended", ended, { once: true });
    this.#track.addEventListener("mute", muted);
    this.#track.addEventListener("unmute", muted);
  }

  /** Turn the camera (and its light) off. */
  close() {
    this.#stream.getTracks().forEach((track) => track.stop());
    if (this.#video?.srcObject === this.#stream) this.#video.srcObject = null;
  }
}

/** The cameras that there are, as far as the browser names them: before it may, it does not. */
export async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
}

/**
 * Call `listener` whenever it is worth another try: cameras were allowed, or, unless that is what it
 * takes, one was plugged in or somebody is back at the page.
 * @param {boolean} refused
 * @param {() => void} listener
 * @param {AbortSignal} signal ends it
 */
export function whenCamerasChange(refused, listener, signal) {
  cameraPermission().then((status) => {
    const allowed = () => status?.state === "granted" && listener();
    status?.addEventListener("change", allowed, { signal });
  });
  if (refused) return;
  navigator.mediaDevices?.addEventListener("devicechange", listener, { signal });
  const seen = () => document.visibilityState === "visible" && listener();
  document.addEventListener("visibilitychange", seen, { signal });
}

/** The browser's permission to use cameras; null where it does not tell. */
export function cameraPermission() {
  const asked = navigator.permissions?.query({ name: "camera" });
  return asked?.catch(() => null) ?? Promise.resolve(null);
}

/** Why a camera ended by itself. */
export async function endingOf() {
  const state = (await cameraPermission())?.state ?? "granted";
  return state === "granted"
    ? new CameraError(
        gettext("The camera was unplugged or taken away. Plug it in, and it goes on."),
      )
    : new CameraError(
        `${gettext("The browser no longer allows this page to use the camera.")} ${ALLOW}`,
        true,
      );
}

/**
 * @param {string} name of a browser's error
 * @param {string} message
 */
function troubleOf(name, message) {
  if (name === "NotAllowedError") return new CameraError(refusalOf(message), true);
  const busy = gettext(
    "The camera is in use by another program (perhaps the video call). Free it there and try again, or choose another one.",
  );
  const unknown = gettext("The camera could not be opened ({error}).", { error: name });
  return new CameraError(BUSY.includes(name) ? busy : (TROUBLES[name] ?? unknown));
}

/** @param {string} message of the browser, in which Chromium tells who refused */
function refusalOf(message) {
  const allowed = isFramed() ? document.featurePolicy?.allowsFeature("camera") : true;
  if (allowed === false) {
    return gettext(
      "The page around this one does not let it use the camera. Open the class in a window of its own.",
    );
  }
  if (/system/i.test(message)) {
    return gettext(
      "The system does not let this browser use the camera. Allow it in the system's settings, under privacy and camera, and try again.",
    );
  }
  if (/dismissed/i.test(message)) {
    return gettext(
      "The browser's question was closed without an answer. Try again, and allow the camera there.",
    );
  }
  const refused = `${gettext("The browser was not allowed to use the camera.")} ${ALLOW}`;
  if (allowed) return refused;
  return `${refused} ${gettext("If it never asked you, open the class in a window of its own.")}`;
}

/** Whether the page is a part of another one, as in a learning platform. */
export function isFramed() {
  return window.parent !== window;
}
