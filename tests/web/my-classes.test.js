import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  forget,
  forgetCourse,
  keepLessons,
  keepRecording,
  keptRecording,
  keptToken,
  myClasses,
  myCourses,
  remember,
  rememberCourse,
} from "../../web/src/shared/my-classes.js";

const codes = () => myClasses().map(({ code }) => code);

beforeEach(() => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  for (const code of ["THIRD2", "SECOND", "FIRST2"]) {
    remember({ code, title: "Algebra", mode: "camera", created_at: 1000 }, `token of ${code}`);
  }
});

test("a class that is forgotten leaves nothing behind", () => {
  keepRecording("SECOND", "13:05");
  forget("SECOND");
  assert.deepEqual(codes(), ["FIRST2", "THIRD2"]);
  assert.equal(keptToken("SECOND"), null);
  assert.equal(keptRecording("SECOND"), null);
});

test("it comes back to its place, with its key, whatever else was forgotten", () => {
  const undoFirst = forget("FIRST2");
  const undoSecond = forget("SECOND");
  const undoThird = forget("THIRD2");
  undoFirst();
  undoThird();
  undoSecond();
  assert.deepEqual(codes(), ["FIRST2", "SECOND", "THIRD2"]);
  assert.equal(keptToken("SECOND"), "token of SECOND");
});

test("a class that this browser does not know is forgotten without harm", () => {
  const undo = forget("NOSUCH");
  undo();
  assert.deepEqual(codes(), ["FIRST2", "SECOND", "THIRD2"]);
  assert.equal(keptToken("NOSUCH"), null);
});

test("a course is forgotten with the keys to its lessons, and comes back with them", () => {
  const course = { code: "COURSE", title: "Algebra", mode: "camera", created_at: 1000 };
  rememberCourse(course, "token of COURSE");
  keepLessons("COURSE", [{ code: "FIRST2", token: "another" }]);
  keepLessons("COURSE", [{ code: "LESSON", token: "token of LESSON" }]);
  rememberCourse(course, "token of COURSE"); // again, with what is known of it
  assert.deepEqual(codes(), ["SECOND", "THIRD2"]); // it is among the lessons now
  const undo = forgetCourse("COURSE");
  assert.deepEqual(myCourses(), []);
  for (const code of ["COURSE", "FIRST2", "LESSON"]) assert.equal(keptToken(code), null);
  assert.equal(keptToken("SECOND"), "token of SECOND");
  undo();
  assert.deepEqual(myCourses(), [{ ...course, lessons: ["FIRST2", "LESSON"] }]);
  assert.equal(keptToken("LESSON"), "token of LESSON");
});

test("keys to lessons of a course that this browser does not know are not kept", () => {
  keepLessons("COURSE", [{ code: "LESSON", token: "token of LESSON" }]);
  assert.equal(keptToken("LESSON"), null);
});
