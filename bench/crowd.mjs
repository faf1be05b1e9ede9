// A crowd of students for the benchmark: all look happy, and at each line on standard input a
// quarter of them looks sad, or happy again. Answers with the time at which the last had sent it.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [server, code, students] = process.argv.slice(2);
const REPEAT_MILLISECONDS = 5000; // as the welcome asks of every browser

const joined = Array.from({ length: Number(students) }, (_, number) => join(number));
await Promise.all(joined.map(({ welcomed }) => welcomed));
console.log("ready");

let sad = false;
createInterface({ input: process.stdin })
  .on("line", () => {
    sad = !sad;
    for (const student of joined.filter((_, number) => number % 4 === 0)) student.look(sad);
    console.log(Date.now() / 1000);
  })
  .on("close", () => process.exit());

function join(number) {
  const auth = { role: "student", code };
  const socket = io(server, { auth, transports: ["websocket"], forceNew: true });
  let emotion = "happy";
  const send = () => socket.emit("label", { state: "ok", emotion });
  const welcomed = new Promise((resolve) =>
    socket.on("welcome", () => {
      send();
      // Not all at the same moment.
      setTimeout(() => setInterval(send, REPEAT_MILLISECONDS), (number * 7) % REPEAT_MILLISECONDS);
      resolve();
    }),
  );
  const look = (sad) => {
    emotion = sad ? "sad" : "happy";
    send();
  };
  return { welcomed, look };
}
