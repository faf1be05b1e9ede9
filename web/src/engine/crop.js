/** Where in a frame a face's crop lies, framed and levelled as FER-2013 frames its faces. Pure. */

/**
 * How to fit a frame into a square without distorting it.
 * @param {number} width of the frame, pixels
 * @param {number} height of the frame, pixels
 * @param {number} side of the square, pixels
 * @returns {{scale: number, left: number, top: number}} frame pixels -> square pixels:
 *   x * scale + left, y * scale + top
 */
export function letterbox(width, height, side) {
  const scale = side / Math.max(width, height);
  return { scale, left: (side - width * scale) / 2, top: (side - height * scale) / 2 };
}

/**
 * A face found in the square (units of its side) in pixels of the frame.
 * @param {{box: number[], eyes: number[][]}} face box: xmin, ymin, xmax, ymax; eyes: two [x, y]
 * @param {{scale: number, left: number, top: number}} fit what `letterbox` returned
 * @param {number} side of the square, pixels
 */
export function toFrame(face, fit, side) {
  const x = (value) => (value * side - fit.left) / fit.scale;
  const y = (value) => (value * side - fit.top) / fit.scale;
  const [xmin, ymin, xmax, ymax] = face.box;
  return {
    ...face,
    box: [x(xmin), y(ymin), x(xmax), y(ymax)],
    eyes: face.eyes.map((eye) => [x(eye[0]), y(eye[1])]),
  };
}

/**
 * The square to cut out for the classifier.
 * @param {{box: number[], eyes: number[][]}} face in pixels of the frame
 * @param {{scale: number, offset_y: number}} framing the classifier's metadata `crop`: side of
 *   the crop, and how far its centre lies below the box's, in sides of the detector's box
 * @returns {{x: number, y: number, side: number, roll: number}} centre and side in pixels of the
 *   frame; roll in radians, clockwise on the screen, of the line between the eyes
 */
export function cropSquare(face, framing) {
  const [xmin, ymin, xmax, ymax] = face.box;
  const size = Math.max(xmax - xmin, ymax - ymin);
  const [first, second] = [...face.eyes].sort((a, b) => a[0] - b[0]);
  const roll = Math.atan2(second[1] - first[1], second[0] - first[0]);
  const down = framing.offset_y * size;
  return {
    x: (xmin + xmax) / 2 - Math.sin(roll) * down,
    y: (ymin + ymax) / 2 + Math.cos(roll) * down,
    side: framing.scale * size,
    roll,
  };
}
