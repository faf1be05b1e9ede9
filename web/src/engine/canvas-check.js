/** Whether this browser scrambles what a page reads from pictures, so that no page is told by it. */

import { Cutter } from "./cutter.js";

const SIDE = 16; // pixels
const MOST = 16; // grey levels: some browsers add a little noise only, which hides no face

/** Read a known picture as all others are read. */
export function isScrambled() {
  const half = SIDE / 2;
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives a worker no canvas to draw on");
  context.fillStyle = "black";
  context.fillRect(0, 0, half, SIDE);
  context.fillStyle = "white";
  context.fillRect(half, 0, half, SIDE);
  const read = new Cutter(SIDE).cut(canvas, { x: half, y: half, side: SIDE, roll: 0 });
  let error = 0;
  for (let index = 0; index < read.length; index += 4) {
    const drawn = (index / 4) % SIDE < half ? 0 : 255;
    error += Math.abs(read[index] - drawn);
  }
  return error / (SIDE * SIDE) > MOST;
}
