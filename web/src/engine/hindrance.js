/** Why a face's expression cannot be read, rather than a guess. Pure.
 *
 * @import { Face } from "./crop.js"
 */

const MOST_OUTSIDE = 0.1; // of the face's size that may lie beyond the frame
// Nose off the middle of the eyes, in distances between the eyes. FER faces beyond are read right
// half of the time, those below seven times in ten.
const MOST_YAW = 0.4;
const LEAST_SIZE = 28; // pixels: a crop of two thirds of the classifier's input

/**
 * @param {Pick<Face, "x" | "y" | "size" | "yaw">} face
 * @param {number} width of the frame, pixels
 * @param {number} height of the frame, pixels
 * @returns {null | "edge" | "turned" | "small"}
 */
export function hindrance({ x, y, size, yaw }, width, height) {
  const half = size / 2;
  const outside = Math.max(half - x, half - y, x + half - width, y + half - height);
  if (outside > MOST_OUTSIDE * size) return "edge";
  if (Math.abs(yaw) > MOST_YAW) return "turned";
  if (size < LEAST_SIZE) return "small";
  return null;
}
