/**
 * Calibrated probabilities: temperature scaling, Guo et al. 2017.
 * @param {ArrayLike<number>} probabilities as the model gives them
 * @param {number} temperature as its metadata has it; above 1, the model was too sure of itself
 * @returns {number[]} what its logits divided by the temperature would give
 */
export function calibrate(probabilities, temperature) {
  const powers = Array.from(probabilities, (p) => p ** (1 / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
