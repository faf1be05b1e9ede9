/** Which backend proved the fastest in this browser; another version of it is asked anew.
 *
 * @import { BackendName } from "./backends.js"
 */

import { memory } from "../shared/page.js";

const KEY = "classpulse.backend";

/**
 * Those that may be faster than WebAssembly, with which every class begins.
 * @returns {BackendName[]}
 */
export function backendsToTry() {
  return isApplePhone() ? [] : ["webgpu", "webgl"];
}

/** @returns {BackendName | null} null if this browser has tried none */
export function rememberedBackend() {
  const [backend, browser] = (memory.get(KEY) ?? "").split("|");
  return browser === navigator.userAgent ? /** @type {BackendName} */ (backend) : null;
}

/** @param {BackendName} backend */
export function rememberBackend(backend) {
  memory.set(KEY, `${backend}|${navigator.userAgent}`);
}

/** iOS takes a page's graphics card away in the background. */
function isApplePhone() {
  const { userAgent, maxTouchPoints } = navigator;
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}
