/**
 * What is shown while there is no network: a page that says so, and nothing else. No page of a class
 * is ever kept, nor anything that was sent or received in one.
 */

const CACHE = `classpulse.${VERSION}${self.location.search}`; // eslint-disable-line no-undef -- the build writes it
const OFFLINE = "/offline";
const KEPT = [OFFLINE, "/static/dist/style.css", "/static/dist/offline.js", "/static/icon.svg"];

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT);
}

async function forgetOlder() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
}
