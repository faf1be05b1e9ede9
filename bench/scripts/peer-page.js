/** The least page that does with another library what ours does: two looks a second, in words. */

import { programs } from "./programs.js";

const LOOK_MILLISECONDS = 500;

document.getElementById("join-camera").addEventListener("click", async () => {
  const starting = programs[decodeURIComponent(location.hash.slice(1))]();
  const video = document.getElementById("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" },
  });
  await video.play();
  const read = await starting;
  for (;;) {
    const rest = new Promise((wake) => setTimeout(wake, LOOK_MILLISECONDS));
    const word = await read(video, true);
    document.getElementById("looks").textContent = word ? `It looks ${word}` : "No face to be seen";
    await rest;
  }
});
