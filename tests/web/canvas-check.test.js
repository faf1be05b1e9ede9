import assert from "node:assert/strict";
import { test } from "node:test";

import { isScrambled } from "../../web/src/engine/canvas-check.js";

/**
 * A browser whose canvases give back what was drawn on them, after this was done to each value.
 * Of drawing it knows what the check needs: rectangles, and one canvas on another as it is.
 */
function browserThatReads(disturb) {
  globalThis.OffscreenCanvas = class {
    constructor(width, height) {
      const data = new Uint8ClampedArray(4 * width * height);
      Object.assign(this, { width, height, data });
    }

    getContext() {
      const { width, data } = this;
      return {
        ...{ resetTransform() {}, clearRect() {}, translate() {}, rotate() {}, scale() {} },
        fillRect(left, top, columns, rows) {
          const grey = { black: 0, white: 255 }[this.fillStyle];
          for (let y = top; y < top + rows; y++)
            for (let x = left; x < left + columns; x++)
              data.set([grey, grey, grey, 255], 4 * (y * width + x));
        },
        drawImage: (canvas) => data.set(canvas.data),
        getImageData: () => ({ data: data.map(disturb) }),
      };
    }
  };
  return isScrambled();
}

test("a browser that gives back what was drawn scrambles nothing", () => {
  assert.ok(!browserThatReads((value) => value));
});

test("a little noise, as some browsers add it, hides no face", () => {
  assert.ok(!browserThatReads((value, index) => value ^ (index % 3)));
});

test("noise or one colour instead of the picture is nothing to read a face of", () => {
  for (const instead of [(_, index) => (index * 97) % 256, () => 0, () => 128, () => 255])
    assert.ok(browserThatReads(instead));
});
