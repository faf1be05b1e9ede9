/** In place of a page that could not be had: try again, as soon as there is a network. */

// Without other modules, because only this one is kept.
document.querySelector("#again").addEventListener("click", () => location.reload());
window.addEventListener("online", () => location.reload());
