/** What all pages do with their elements and with what they remember. */

// What is shown without a network. Later than all else, as nobody waits for it.
if (globalThis.document?.readyState === "complete") keepOffline();
else globalThis.addEventListener?.("load", keepOffline);

function keepOffline() {
  const { lang } = document.documentElement; // what is kept is in the language of the last page
  navigator.serviceWorker?.register(`/service-worker.js?language=${lang}`);
}

const found = new Map();

/** The element with this id: the same one for good, even while it is in another window. */
export function find(id) {
  if (!found.has(id)) found.set(id, document.getElementById(id));
  return found.get(id);
}

/** Set a text only if it differs: a screen reader says again whatever is written again. */
export function setText(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

/** Show one section instead of another, and take keyboard and screen reader along. */
export function showInstead(hidden, shown) {
  find(hidden).hidden = true;
  find(shown).hidden = false;
  find(shown).querySelector("h1").focus();
}

/** What a browser remembers, or nothing where it will not: a page works without. */
export const memory = memoryIn(() => localStorage);
/** The same until the tab is closed: the next student at this machine is somebody else. */
export const tabMemory = memoryIn(() => sessionStorage);

function memoryIn(storage) {
  return {
    get: (key) => attempt(() => storage().getItem(key)),
    set: (key, value) => attempt(() => storage().setItem(key, value)),
    remove: (key) => attempt(() => storage().removeItem(key)),
  };
}

function attempt(access) {
  try {
    return access();
  } catch {
    return null;
  }
}
