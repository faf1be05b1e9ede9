import assert from "node:assert/strict";
import { test } from "node:test";

import { RoomState } from "../../web/src/room/state.js";

/** A room whose clocks stand still until they are set. */
function roomAt(clock) {
  const clocks = { clock, steady: 50 };
  const state = new RoomState(
    "camera",
    () => clocks.clock,
    () => clocks.steady,
  );
  return { state, clocks };
}

const viewAt = (t) => ({ t, help: [], waiting: null, asked: null });
const times = (list) => list.map(({ t }) => t);

test("what came last stays when a later history does not have it yet", () => {
  const { state } = roomAt(1000);
  state.takeHistory({ t: 1000, points: [{ t: 980 }], markers: [{ t: 985, text: "first" }] });
  state.takePoint({ t: 990 });
  state.takeMarker({ t: 995, text: "second" });
  state.takeHistory({ t: 1010, points: [{ t: 980 }], markers: [{ t: 985, text: "first" }] });
  assert.deepEqual(times(state.points), [980, 990]);
  assert.deepEqual(times(state.markers), [985, 995]);
  state.takeHistory({ t: 1020, points: [{ t: 980 }, { t: 990 }, { t: 1000 }], markers: [] });
  assert.deepEqual(times(state.points), [980, 990, 1000]);
});

test("a history that comes in parts, the latest first, is there whole and in order", () => {
  const { state } = roomAt(1000);
  state.takeHistory({ t: 1000, points: [{ t: 980 }, { t: 990 }], markers: [] });
  state.takePoint({ t: 1000 });
  const earlier = { t: 1001, points: [{ t: 960 }, { t: 970 }], markers: [{ t: 965, text: "x" }] };
  state.takeHistory(earlier);
  assert.deepEqual(times(state.points), [960, 970, 980, 990, 1000]);
  assert.deepEqual(times(state.markers), [965]);
});

test("a point that the history had is there once", () => {
  const { state } = roomAt(1000);
  state.takeHistory({ t: 1000, points: [{ t: 980 }, { t: 990 }], markers: [] });
  state.takePoint({ t: 990 });
  state.takePoint({ t: 1000 });
  assert.deepEqual(times(state.points), [980, 990, 1000]);
});

test("time is the server's, by its newest word", () => {
  const { state, clocks } = roomAt(1000);
  state.takeHistory({ t: 1060, points: [], markers: [] });
  assert.equal(state.now, 1060);
  clocks.clock = 1001;
  state.takeView(viewAt(1055)); // from before the history: nothing has changed since
  assert.equal(state.now, 1061);
  state.takeView(viewAt(1063));
  assert.equal(state.now, 1063);
});

test("the timeline's present has a view only while it is live", () => {
  const { state } = roomAt(1000);
  assert.equal(state.present.view, null);
  const view = viewAt(1000);
  state.takeView(view);
  assert.deepEqual(state.present, { view, now: 1000 });
  state.standStill();
  assert.equal(state.present.view, null);
  assert.deepEqual(state.view, view); // the page shows it on, as old
});

test("a view gets stale by a clock that nobody sets, and only while it should be live", () => {
  const { state, clocks } = roomAt(1000);
  assert.ok(!state.isStale);
  state.takeView(viewAt(1000));
  clocks.clock += 10_000;
  clocks.steady += 30;
  assert.equal(state.age, 30);
  assert.ok(!state.isStale);
  clocks.steady += 1;
  assert.ok(state.isStale);
  state.standStill();
  assert.ok(!state.isStale);
});

test("a note that was deleted while this page was away is gone, one that is not written yet is not", () => {
  const { state } = roomAt(1000);
  const [first, second, third] = [800, 900, 980].map((t) => ({ t, text: "x" }));
  state.takeHistory({ t: 990, points: [], markers: [first, second] });
  state.takeMarker(third);
  state.standStill();
  state.takeHistory({ t: 1000, points: [], markers: [second] });
  assert.deepEqual(state.markers, [second, third]);
});

test("what a process of an earlier release leaves out is not known", () => {
  const { state } = roomAt(1000);
  state.takeView({ t: 1000, help: [{ since: 990.5, name: "Ada" }] });
  assert.deepEqual(state.view?.help, [{ id: "990.5", since: 990.5, name: "Ada" }]);
  assert.deepEqual([state.view?.waiting, state.view?.asked], [null, null]);
});
