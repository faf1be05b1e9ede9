/** The student's camera: opened after consent, closed for good when done. */

import { gettext } from "../shared/texts.js";

/** @type {Record<string, string>} by the name of the error */
const TROUBLES = {
  NotAllowedError: gettext(
    "The browser was not allowed to use the camera. You can allow it beside the address bar; it goes on from there.",
  ),
  NotFoundError: gettext(
    "No camera was found on this device. Plug one in, and it goes on by itself.",
  ),
  NotReadableError: gettext(
    "The camera is in use by another program (perhaps the video call). Free it there and try again.",
  ),
  OverconstrainedError: gettext("The camera cannot give a picture of a usable size."),
};
const BUSY = ["NotReadableError", "AbortError"]; // the names that browsers have for it
const TRIES = 3; // of a busy camera, before other cameras are tried
const BETWEEN = 1500; // milliseconds
// Enough for any face, and little work: a look every half second needs no more.
const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } };

export class CameraError extends Error {}

export class Camera {
  /**
   * Ask for the camera and show it. Rejects with a CameraError in words for the student.
   * @param {HTMLVideoElement} video where the student sees themselves
   * @param {() => boolean} again called before another try of a busy camera; false ends it
   */
  static async open(video, again) {
    if (!navigator.mediaDevices) {
      throw new CameraError(gettext("The camera works only on a page opened with https."));
    }
    let stream;
    try {
      stream = await openAny(again);
    } catch (error) {
      const name = nameOf(error);
      const unknown = gettext("The camera could not be opened ({error}).", { error: name });
      throw new CameraError(TROUBLES[name] ?? unknown);
    }
    const camera = new Camera(video, stream);
    try {
      video.srcObject = stream;
      await video.play();
      return camera;
    } catch (error) {
      camera.close(); // no stream may outlive the page's word that the camera is off
      throw new CameraError(
        gettext("The camera's picture could not be shown ({error}).", { error: nameOf(error) }),
      );
    }
  }

  #video;
  #stream;
  #track;

  /**
   * @param {HTMLVideoElement} video
   * @param {MediaStream} stream
   */
  constructor(video, stream) {
    this.#video = video;
    this.#stream = stream;
    [this.#track] = stream.getVideoTracks();
  }

  /** Its pictures, for a worker to read; null where the browser has none to hand over. */
  stream() {
    const { MediaStreamTrackProcessor } = window;
    if (!MediaStreamTrackProcessor) return null;
    return new MediaStreamTrackProcessor({ track: this.#track, maxBufferSize: 1 }).readable;
  }

  /** The picture of this moment. */
  frame() {
    return createImageBitmap(this.#video);
  }

  /** Whether the system, or a switch on the camera, keeps its pictures back. */
  get muted() {
    return this.#track.muted;
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
    this.#video.srcObject = null;
  }
}

/**
 * Call `listener` whenever a camera may have become available: plugged in, or allowed.
 * @param {() => void} listener
 * @returns {() => void} ends it
 */
export function whenCamerasChange(listener) {
  const ending = new AbortController();
  const { signal } = ending;
  navigator.mediaDevices?.addEventListener("devicechange", listener, { signal });
  navigator.permissions
    ?.query({ name: "camera" })
    .then((status) => {
      const allowed = () => status.state === "granted" && listener();
      status.addEventListener("change", allowed, { signal });
    })
    .catch(() => {}); // Firefox has no such permission to ask for
  return () => ending.abort();
}

/**
 * The camera that the student's browser prefers, or if that is busy and stays so, any other.
 * @param {() => boolean} again
 */
async function openAny(again) {
  let busy;
  for (let attempt = 1; attempt === 1 || (attempt <= TRIES && again()); attempt++) {
    try {
      return await ask({ ...PICTURE, facingMode: "user" });
    } catch (error) {
      if (!BUSY.includes(nameOf(error))) throw error;
      busy = error;
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  for (const device of await navigator.mediaDevices.enumerateDevices()) {
    if (device.kind !== "videoinput" || !device.deviceId || !again()) continue;
    const other = await ask({ ...PICTURE, deviceId: { exact: device.deviceId } }).catch(() => null);
    if (other) return other;
  }
  throw busy;
}

/** @param {MediaTrackConstraints} video */
function ask(video) {
  return navigator.mediaDevices.getUserMedia({ video });
}

/**
 * The name of what a browser rejects with, which is not an Error in each of them.
 * @param {unknown} error
 */
function nameOf(error) {
  return /** @type {{name: string}} */ (error).name;
}
