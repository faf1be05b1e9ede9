/** All that the room's page knows of its class: each message changes it once, here, and the parts of
 * the page draw themselves of it.
 *
 * @import { Marker, Mode, Point, Post, View } from "../shared/contract.js"
 * @import { Course } from "../timeline/timeline.js"
 */

const UNWRITTEN = 60; // seconds for which a note may be known before it is written
const STALE_SECONDS = 30; // without a view; one comes every ten seconds at least

/** @implements {Course} */
export class RoomState {
  /** @type {View | null} */
  view = null; // the newest, also once it is old
  /** @type {Point[]} */
  points = [];
  /** @type {Marker[]} */
  markers = [];
  /** @type {Post[]} */
  posts = []; // what students wrote, all of it
  /** @type {number | null} */
  postsAt = null; // the server's time of the posts, null if it did not say
  isLive = false; // from a connection's first view on: the view is what is so now
  #viewedAt = 0; // when it came, by the steady clock
  #wasAway = false; // notes may have been deleted meanwhile
  #asked = 0; // the server's time of the history
  #ahead = 0; // seconds by which the server's clock is ahead of this machine's

  /**
   * Clocks tell seconds.
   * @param {Mode} mode
   * @param {() => number} clock of this machine, since the epoch
   * @param {() => number} steadyClock that nobody sets
   */
  constructor(mode, clock = () => Date.now() / 1000, steadyClock = () => performance.now() / 1000) {
    this.mode = mode;
    this.clock = clock;
    this.steadyClock = steadyClock;
  }

  /** The server's time. */
  get now() {
    return this.clock() + this.#ahead;
  }

  /** This moment, as the timeline draws it. */
  get present() {
    return { view: this.isLive ? this.view : null, now: this.now };
  }

  /** Seconds since the newest view came. */
  get age() {
    return this.steadyClock() - this.#viewedAt;
  }

  /** Whether views should have come, and have not. */
  get isStale() {
    return this.isLive && this.age > STALE_SECONDS;
  }

  /**
   * What happened until now. A long history comes in parts, the latest first: each replaces what is
   * here of its own time.
   *
   * @param {{t: number, points: Point[], markers: Marker[]}} past
   */
  takeHistory({ t, points, markers }) {
    this.#asked = t;
    this.#ahead = t - this.clock();
    // What came last is perhaps not written yet, or nothing can be read just now.
    this.points = around(this.points, points);
    if (this.#wasAway) this.markers = this.markers.filter((marker) => marker.t > t - UNWRITTEN);
    this.#wasAway = false;
    this.markers = around(this.markers, markers);
  }

  /** @param {View} view the newest; a process of an earlier release leaves out what came since */
  takeView(view) {
    const help = view.help.map((hand) => ({ ...hand, id: hand.id ?? String(hand.since) }));
    this.view = { ...view, help, waiting: view.waiting ?? null, asked: view.asked ?? null };
    this.isLive = true;
    this.#viewedAt = this.steadyClock();
    // The first one after the history may be from before: nothing has changed since.
    if (view.t > this.#asked) this.#ahead = view.t - this.clock();
    this.#asked = -Infinity;
  }

  /** @param {Point} point that has come to its end, unless the history had it */
  takePoint(point) {
    this.points.push(...after(this.points, [point]));
  }

  /** @param {Marker} marker */
  takeMarker(marker) {
    this.markers.push(marker);
  }

  /** @param {Marker[]} markers all of them, as they are now */
  takeMarkers(markers) {
    this.markers = markers;
  }

  /** @param {{t?: number, posts: Post[]}} told all of them; an earlier release does not say when */
  takePosts({ t, posts }) {
    this.posts = posts;
    this.postsAt = t ?? null;
  }

  /** @param {Post[]} settled that are not open any more */
  dropPosts(settled) {
    this.posts = this.posts.filter((post) => !settled.some(({ id }) => id === post.id));
  }

  /** Nothing is known of this moment, until the next view. */
  standStill() {
    this.isLive = false;
    this.#wasAway = true;
  }
}

/**
 * A part of a history with what is known from before and after its time; of an empty part, all.
 * @template {{t: number}} Timed
 * @param {Timed[]} known
 * @param {Timed[]} part
 */
function around(known, part) {
  const first = part[0]?.t ?? -Infinity;
  return [...known.filter(({ t }) => t < first), ...part, ...after(part, known)];
}

/**
 * Those of `more` that are later than all of `some`, which are in order.
 * @template {{t: number}} Timed
 * @param {Timed[]} some
 * @param {Timed[]} more
 */
function after(some, more) {
  const last = some.at(-1)?.t ?? -Infinity;
  return more.filter(({ t }) => t > last);
}
