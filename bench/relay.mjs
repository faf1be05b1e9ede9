// The least that a Socket.IO server can do for a class: it tells each label to the teacher.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((request, response) => response.end());
new Server(http).on("connection", (socket) => {
  const { role, code } = socket.handshake.auth;
  socket.join(`${role}:${code}`);
  socket.on("label", (label) => socket.to(`teacher:${code}`).emit("label", label));
  socket.emit("welcome", { seat: socket.id, interval: 5, fade: 300 });
});
http.listen(Number(process.env.PORT));
