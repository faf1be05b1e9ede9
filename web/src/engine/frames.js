/** The worker's end of the camera: the picture of this moment, when the worker asks for it.
 *
 * @typedef {VideoFrame | ImageBitmap | OffscreenCanvas} Frame
 */

/** Frames from a stream, which flow past the page: a page behind others is no obstacle. */
export class StreamFrames {
  #reader;

  /** @param {ReadableStream<VideoFrame>} stream of a MediaStreamTrackProcessor */
  constructor(stream) {
    this.#reader = stream.getReader();
  }

  /** @returns {Promise<VideoFrame | null>} the caller's to close; null when the camera has ended */
  async next() {
    // One frame has waited in the stream since the last call: it is late.
    (await this.#reader.read()).value?.close();
    return (await this.#reader.read()).value ?? null;
  }

  close() {
    this.#reader.cancel().catch(() => {}); // the camera may have ended before
  }
}

/** Frames that the page is asked for, one at a time. */
export class PageFrames {
  #ask;
  /** @type {((frame: ImageBitmap | null) => void) | null} */
  #give = null;

  /** @param {() => void} ask the page, which answers with `receive` */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @returns {Promise<ImageBitmap | null>} the caller's to close; null after `close` */
  next() {
    return new Promise((give) => {
      this.#give = give;
      this.#ask();
    });
  }

  /** @param {ImageBitmap} frame */
  receive(frame) {
    if (this.#give) this.#give(frame);
    else frame.close();
    this.#give = null;
  }

  close() {
    this.#give?.(null);
    this.#give = null;
  }
}
