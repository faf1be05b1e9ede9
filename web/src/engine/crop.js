/** Which square of a frame to look at, and where what was found in it lies. Pure.
 *
 * @import { FoundFace } from "./faces.js"
 *
 * @typedef {object} Square Centre and side in pixels of the frame.
 * @property {number} x
 * @property {number} y
 * @property {number} side
 * @property {number} roll radians, clockwise on the screen, by which it is turned
 *
 * @typedef {object} Face Lengths in pixels of the frame.
 * @property {number} score
 * @property {number} x of the centre of its box
 * @property {number} y
 * @property {number} size the longer side of its box
 * @property {number} roll radians: the slope of the line between the eyes
 * @property {number} yaw how far the nose is off the middle between the eyes, in distances between
 *   them; 0 when looking ahead
 */

// How far around a face to look for it again. FER's faces, whose framing was measured with the
// detector, came to it at 1.6 to 2.3 boxes; the rest is room to move.
const SURROUNDINGS = 2.5;
const CLOSER = 0.6; // of the frame's longer side
const ASIDE = 0.2; // of it, so that three closer squares show all of it
const ROLLS = [0, Math.PI / 2, -Math.PI / 2, Math.PI]; // in which a camera's picture may lie

/**
 * The whole frame.
 * @param {number} width of the frame, pixels
 * @param {number} height of the frame, pixels
 * @param {number} roll radians by which the camera's picture is turned
 * @returns {Square}
 */
export function wholeFrame(width, height, roll) {
  return { x: width / 2, y: height / 2, side: Math.max(width, height), roll };
}

/**
 * Where else to look, in turn, when the whole frame shows nobody: closer, because the detector does
 * not see a face of less than about 14 pixels of its 128; and turned, because phones lie down.
 * @param {number} width of the frame, pixels
 * @param {number} height of the frame, pixels
 * @param {number} roll radians by which the camera's picture is turned
 * @returns {Square[]}
 */
export function otherSquares(width, height, roll) {
  const whole = wholeFrame(width, height, roll);
  const closer = [0, -ASIDE, ASIDE].map((shift) => ({
    ...whole,
    x: whole.x + (width >= height ? shift * width : 0),
    y: whole.y + (width < height ? shift * height : 0),
    side: CLOSER * whole.side,
  }));
  const turned = ROLLS.filter((other) => other !== roll).map((other) => ({
    ...whole,
    roll: other,
  }));
  return [...closer, ...turned];
}

/**
 * The square around a face in which to look for it again, levelled by its eyes.
 * @param {Face} face
 * @returns {Square}
 */
export function surroundings(face) {
  return { x: face.x, y: face.y, side: SURROUNDINGS * face.size, roll: face.roll };
}

/**
 * The square to cut out for the classifier.
 * @param {Face} face
 * @param {{scale: number, offset_y: number}} framing the classifier's metadata `crop`: side of
 *   the crop, and how far its centre lies below the box's, in sides of the detector's box
 * @returns {Square}
 */
export function cropSquare(face, framing) {
  const down = framing.offset_y * face.size;
  return {
    x: face.x - Math.sin(face.roll) * down,
    y: face.y + Math.cos(face.roll) * down,
    side: framing.scale * face.size,
    roll: face.roll,
  };
}

/**
 * A face found in a square, in pixels of the frame.
 * @param {FoundFace} found in units of the square's side
 * @param {Square} square where it was found
 * @returns {Face}
 */
export function toFrame(found, square) {
  const cosine = Math.cos(square.roll);
  const sine = Math.sin(square.roll);
  const place = (/** @type {number[]} */ [u, v]) => {
    const right = (u - 0.5) * square.side;
    const down = (v - 0.5) * square.side;
    return [square.x + cosine * right - sine * down, square.y + sine * right + cosine * down];
  };
  const [xmin, ymin, xmax, ymax] = found.box;
  const [x, y] = place([(xmin + xmax) / 2, (ymin + ymax) / 2]);
  const [rightEye, leftEye, nose] = found.points.map(place);
  const [across, along] = [leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]];
  const apart = Math.hypot(across, along) || 1;
  const off = [nose[0] - (rightEye[0] + leftEye[0]) / 2, nose[1] - (rightEye[1] + leftEye[1]) / 2];
  return {
    score: found.score,
    x,
    y,
    size: Math.max(xmax - xmin, ymax - ymin) * square.side,
    roll: Math.atan2(along, across),
    yaw: (off[0] * across + off[1] * along) / apart ** 2,
  };
}
