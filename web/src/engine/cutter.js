/** Cuts a square out of a frame, levelled and scaled.
 *
 * @import { Square } from "./crop.js"
 * @import { Frame } from "./frames.js"
 */

export class Cutter {
  #canvas;
  #side;

  /** @param {number} side of what is cut out, pixels */
  constructor(side) {
    this.#side = side;
    const canvas = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
    if (!canvas) throw new Error("This browser gives a worker no canvas to draw on");
    canvas.imageSmoothingQuality = "high";
    this.#canvas = canvas;
  }

  /**
   * @param {Frame} frame
   * @param {Square} square
   * @returns {Uint8ClampedArray} RGBA, side x side; black where the square leaves the frame
   */
  cut(frame, square) {
    const side = this.#side;
    const scale = side / square.side;
    this.#canvas.resetTransform();
    this.#canvas.clearRect(0, 0, side, side);
    this.#canvas.translate(side / 2, side / 2);
    this.#canvas.rotate(-square.roll);
    this.#canvas.scale(scale, scale);
    const part = partOf(frame, square);
    if (part) {
      this.#canvas.drawImage(part.frame, part.left - square.x, part.top - square.y);
      part.frame.close();
    } else this.#canvas.drawImage(frame, -square.x, -square.y);
    return this.#canvas.getImageData(0, 0, side, side).data;
  }
}

/**
 * The part of a camera's frame that a square can show, and where it lies: to convert the colours of
 * the whole frame takes longer than all the rest. Null where it has to be the whole.
 * @param {Frame} frame
 * @param {Square} square
 */
function partOf(frame, { x, y, side }) {
  if (!("codedWidth" in frame)) return null; // which only a VideoFrame has
  const { codedWidth, codedHeight } = frame;
  const uncropped = frame.displayWidth === codedWidth && frame.displayHeight === codedHeight;
  if (!codedWidth || !uncropped || frame.rotation || frame.flip) return null;
  const reach = side * Math.SQRT1_2 + 2; // from its centre, however it is turned
  const even = (/** @type {number} */ value, /** @type {number} */ most) =>
    Math.min(Math.max(2 * Math.round(value / 2), 0), most);
  const [left, top] = [even(x - reach, codedWidth - 2), even(y - reach, codedHeight - 2)];
  const width = Math.max(even(x + reach, codedWidth) - left, 2);
  const height = Math.max(even(y + reach, codedHeight) - top, 2);
  return {
    frame: new VideoFrame(frame, { visibleRect: { x: left, y: top, width, height } }),
    left,
    top,
  };
}
