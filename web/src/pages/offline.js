/** In place of a page that could not be had: try again by itself. Only this script is kept with it. */

const PAUSE = 5000; // milliseconds

document.getElementById("again")?.addEventListener("click", () => location.reload());
window.addEventListener("online", () => location.reload());
setInterval(async () => {
  const answer = await fetch("/healthz").catch(() => null);
  if (answer && answer.status < 500) location.reload(); // a proxy may refuse just this address
}, PAUSE);
