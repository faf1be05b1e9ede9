/**
 * What is shown while there is no network: a page that says so, and nothing else. No page of a class
 * is ever kept, nor anything that was sent or received in one.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `classpulse.${VERSION}${worker.location.search}`;
const OFFLINE = "/offline";
const KEPT = [OFFLINE, "/static/dist/style.css", "/static/dist/offline.js", "/static/icon.svg"];

worker.addEventListener("install", (event) => event.waitUntil(keep()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept(OFFLINE)));
  } else if (KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => kept(request)));
  }
});

/** @param {RequestInfo} request */
async function kept(request) {
  return (await caches.match(request)) ?? Response.error();
}

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT);
}

async function forgetOlder() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
}
