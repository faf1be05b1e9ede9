/** Marks when a page was given the camera, and when its first label came. */

addEventListener("load", () => {
  document
    .getElementById("join-camera")
    .addEventListener("click", () => performance.mark("click"), {
      capture: true,
    });
  const looks = document.getElementById("looks");
  const observer = new MutationObserver(() => {
    if (!looks.textContent.includes("looks")) return;
    performance.mark("label");
    observer.disconnect();
  });
  observer.observe(looks, { childList: true, characterData: true, subtree: true });
});
