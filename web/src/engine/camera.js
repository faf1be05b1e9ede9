/** The student's camera: opened after consent, closed for good when done. */

const TROUBLES = {
  NotAllowedError:
    "The browser was not allowed to use the camera. You can allow it beside the address bar and try again.",
  NotFoundError: "No camera was found on this device.",
  NotReadableError:
    "The camera is in use by another program (perhaps the video call). Free it there and try again.",
  OverconstrainedError: "The camera cannot give a picture of a usable size.",
};

export class CameraError extends Error {}

export class Camera {
  /**
   * Ask for the camera and show it. Rejects with a CameraError in words for the student.
   * @param {HTMLVideoElement} video where the student sees themselves
   */
  static async open(video) {
    if (!navigator.mediaDevices) {
      throw new CameraError("The camera works only on a page opened with https.");
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" },
      });
    } catch (error) {
      throw new CameraError(TROUBLES[error.name] ?? `The camera could not be opened (${error.name}).`);
    }
    const camera = new Camera(video, stream);
    try {
      video.srcObject = stream;
      await video.play();
      return camera;
    } catch (error) {
      camera.close(); // no stream may outlive the page's word that the camera is off
      throw new CameraError(`The camera's picture could not be shown (${error.name}).`);
    }
  }

  #video;
  #stream;

  constructor(video, stream) {
    this.#video = video;
    this.#stream = stream;
  }

  /** The picture of this moment, or null while there is none. */
  async frame() {
    return this.#video.videoWidth ? createImageBitmap(this.#video) : null;
  }

  /** Call `listener` once if the camera is unplugged or taken away. */
  onEnded(listener) {
    this.#stream.getVideoTracks()[0].addEventListener("ended", listener, { once: true });
  }

  /** Turn the camera (and its light) off. */
  close() {
    this.#stream.getTracks().forEach((track) => track.stop());
    this.#video.srcObject = null;
  }
}
