// A crowd of students for the benchmark: all look happy, and at each line on standard input a
// quarter of them looks sad, or happy again. Answers with the time at which the last had sent it.
import { createInterface } from "node:readline";
import { Student, connect, looking } from "./students.mjs";

const [server, code, count] = process.argv.slice(2);
const students = [];
const welcomed = [];
for (let number = 0; number < Number(count); number++) {
  const socket = connect(server, code);
  const student = new Student().enter(socket);
  student.look(looking("happy"));
  students.push(student);
  welcomed.push(new Promise((resolve) => socket.on("welcome", resolve)));
}
await Promise.all(welcomed);
console.log("ready");

let sad = false;
createInterface({ input: process.stdin })
  .on("line", () => {
    sad = !sad;
    for (let number = 0; number < students.length; number += 4) {
      students[number].look(looking(sad ? "sad" : "happy"));
    }
    console.log(Date.now() / 1000);
  })
  .on("close", () => process.exit());
