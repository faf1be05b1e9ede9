/** The connection to a class, with words for what goes wrong with it. */

import { io } from "socket.io-client";

/**
 * @param {object} auth what the contract asks of a student or a teacher; read anew at each connect
 * @param {{status: (text: string) => void, refused: (reason: string) => void}} tell `status` gets
 *   "" while all is well; `refused` is final
 * @returns {import("socket.io-client").Socket}
 */
export function openClassSocket(auth, tell) {
  const socket = io({
    auth: (give) => give(auth),
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelayMax: 5000,
  });
  socket.on("connect", () => tell.status(""));
  socket.on("connect_error", (error) => {
    if (socket.active) tell.status("No connection to the class. Trying again…");
    else tell.refused(error.message);
  });
  socket.on("disconnect", () => {
    if (socket.active) tell.status("The connection was lost. Trying again…");
  });
  return socket;
}
