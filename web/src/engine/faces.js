/** The detector's raw rows -> the faces in the picture. Pure.
 *
 * @typedef {object} FoundFace In units of the picture's side.
 * @property {number} score
 * @property {number[]} box xmin, ymin, xmax, ymax
 * @property {number[][]} points [x, y] of right eye, left eye and nose
 */

const MIN_SCORE = 0.7; // blurred walls reach 0.67, faces before a webcam 0.88 and more
const MAX_OVERLAP = 0.3; // of two boxes (intersection over union) that are two faces

/**
 * @param {Float32Array} rows n x 17: score, xmin, ymin, xmax, ymax, then six points x, y: right
 *   eye, left eye, nose, mouth, right ear, left ear; all in units of the picture's side
 * @returns {FoundFace[]} without double finds
 */
export function findFaces(rows) {
  /** @type {FoundFace[]} */
  const candidates = [];
  for (let start = 0; start < rows.length; start += 17) {
    if (rows[start] < MIN_SCORE) continue;
    const [score, xmin, ymin, xmax, ymax, ...rest] = rows.subarray(start, start + 11);
    const points = [rest.slice(0, 2), rest.slice(2, 4), rest.slice(4, 6)];
    candidates.push({ score, box: [xmin, ymin, xmax, ymax], points });
  }
  candidates.sort((a, b) => b.score - a.score);
  /** @type {FoundFace[]} */
  const faces = [];
  for (const candidate of candidates) {
    if (faces.every((face) => overlap(face.box, candidate.box) <= MAX_OVERLAP)) {
      faces.push(candidate);
    }
  }
  return faces;
}

/** @param {number[]} box */
function area([xmin, ymin, xmax, ymax]) {
  return Math.max(0, xmax - xmin) * Math.max(0, ymax - ymin);
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function overlap(a, b) {
  const both = area([
    Math.max(a[0], b[0]),
    Math.max(a[1], b[1]),
    Math.min(a[2], b[2]),
    Math.min(a[3], b[3]),
  ]);
  return both / (area(a) + area(b) - both || 1);
}
