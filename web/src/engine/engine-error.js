/** Why faces cannot be read here.
 *
 * @typedef {"unsupported" | "scrambled" | "unloadable" | "outdated" | "crashed"} Reason
 *   the browser lacks what it takes; it falsifies the pictures that pages read; the model's files did
 *   not come, or are not those that were exported; the pages were built for another model (web/slim.mjs);
 *   a worker died again and again
 */

export class EngineError extends Error {
  /**
   * @param {Reason} reason
   * @param {unknown} [cause]
   */
  constructor(reason, cause) {
    super(cause === undefined ? reason : `${reason}: ${cause}`);
    this.reason = reason;
  }
}
