/** What all pages do with their elements and with what they remember. */

// What is shown without a network. Later than all else, as nobody waits for it.
if (globalThis.document?.readyState === "complete") keepOffline();
else globalThis.addEventListener?.("load", keepOffline);

function keepOffline() {
  const { lang } = document.documentElement; // what is kept is in the language of the last page
  // A browser in which cookies are blocked refuses.
  navigator.serviceWorker?.register(`/service-worker.js?language=${lang}`).catch(() => {});
}

/** @type {Map<string, Element>} */
const found = new Map();

/**
 * The element with this id: the same one for good, even while it is in another window.
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind] its class
 * @returns {Kind} throws an Error if the page has none
 */
export function find(id, kind) {
  const element = checked(found.get(id) ?? document.getElementById(id), `#${id}`, kind);
  found.set(id, element);
  return element;
}

/**
 * The first element inside another that a selector names.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => Kind} [kind] its class
 * @returns {Kind} throws an Error if there is none
 */
export function findIn(parent, selector, kind) {
  return checked(parent.querySelector(selector), selector, kind);
}

/**
 * All elements inside another that a selector names.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => Kind} [kind] their class
 * @returns {Kind[]} throws an Error if one is of another class
 */
export function findAll(parent, selector, kind) {
  return [...parent.querySelectorAll(selector)].map((each) => checked(each, selector, kind));
}

/**
 * A copy of the element in a template.
 * @param {string} id the template's
 */
export function copyOf(id) {
  const { firstElementChild } = find(id, HTMLTemplateElement).content;
  return checked(firstElementChild?.cloneNode(true), `#${id} > *`);
}

/**
 * @template {Element} [Kind=HTMLElement]
 * @param {Node | null | undefined} element
 * @param {string} selector
 * @param {new () => Kind} [kind]
 */
function checked(
  element,
  selector,
  kind = /** @type {new () => Kind} */ (/** @type {unknown} */ (HTMLElement)),
) {
  if (element instanceof kind) return element;
  throw new Error(`This page has no ${kind.name} ${selector}`);
}

/**
 * What the page says in a `data-` attribute of its body.
 * @param {string} name as in a dataset
 * @returns {string} throws an Error if the page has none
 */
export function pageData(name) {
  const value = document.body.dataset[name];
  if (value === undefined) throw new Error(`This page has no ${name} in its dataset`);
  return value;
}

/**
 * Set a text only if it differs: a screen reader says again whatever is written again.
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Do what a button asks for; what goes wrong is said beside it. Resolves to whether it was done.
 * @param {string} status where that is said
 * @param {() => Promise<void>} task
 */
export async function tellTrouble(status, task) {
  setText(status, "");
  try {
    await task();
    return true;
  } catch (error) {
    setText(status, messageOf(error));
    return false;
  }
}

/**
 * Have a button ask in a dialog before what it is for is done.
 * @param {string} button
 * @param {string} dialog whose buttons have values
 * @param {string} yes the value of the one that says so
 * @param {() => void} task
 */
export function askBefore(button, dialog, yes, task) {
  const confirm = find(dialog, HTMLDialogElement);
  find(button).addEventListener("click", () => {
    confirm.returnValue = ""; // Escape leaves the one from before
    confirm.showModal();
  });
  confirm.addEventListener("close", () => {
    if (confirm.returnValue === yes) task();
  });
}

/**
 * Show one section instead of another, and take keyboard and screen reader along.
 * @param {string} hidden
 * @param {string} shown
 */
export function showInstead(hidden, shown) {
  find(hidden).hidden = true;
  find(shown).hidden = false;
  findIn(find(shown), "[tabindex='-1']").focus(); // its heading
}

/**
 * Copy what an element says, and leave it selected. Resolves to whether the browser let us.
 * @param {HTMLElement} element
 */
export async function copy(element) {
  const isField = element instanceof HTMLInputElement;
  if (isField) element.select();
  else getSelection()?.selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(isField ? element.value : element.innerText);
    return true;
  } catch {
    return document.execCommand("copy"); // without https there is no clipboard, nor in a frame by itself
  }
}

/**
 * The sentence of an error, whatever was thrown.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** What a browser remembers, or nothing where it will not: a page works without. */
export const memory = memoryIn(() => localStorage);
/** The same until the tab is closed: the next student at this machine is somebody else. */
export const tabMemory = memoryIn(() => sessionStorage);

/** @param {() => Storage} storage */
function memoryIn(storage) {
  return {
    get: (/** @type {string} */ key) => attempt(() => storage().getItem(key)),
    set: (/** @type {string} */ key, /** @type {string} */ value) =>
      attempt(() => storage().setItem(key, value)),
    remove: (/** @type {string} */ key) => attempt(() => storage().removeItem(key)),
  };
}

/**
 * What a browser gives a page, or null where it refuses: with cookies it may block all of the kind.
 * @template Result
 * @param {() => Result} access
 */
export function attempt(access) {
  try {
    return access();
  } catch {
    return null;
  }
}
