/** How pages write figures: percentages, balances, times of day. */

/** @param {number} share 0..1 */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** A balance from -1 to 1 with its sign: "+0.2", "−0.2", "0.0". */
export function signed(value) {
  const size = Math.abs(value).toFixed(1);
  if (size === "0.0") return size;
  return `${value > 0 ? "+" : "−"}${size}`;
}

/** The balance of pleasant and unpleasant looks, -1..1, in words. */
export function balanceWords(value) {
  const size = Math.abs(value);
  if (size < 0.15) return "about even";
  return `${size < 0.5 ? "rather" : "mostly"} ${value > 0 ? "pleasant" : "unpleasant"}`;
}

/** "1 student", "2 students". */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// Made once: a formatter takes a browser longer to make than a hundred times to write.
const toMinutes = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const toSeconds = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A time of day to the minute; `seconds` since the epoch. */
export const clock = (seconds) => toMinutes.format(seconds * 1000);

/** A time of day to the second; `seconds` since the epoch. */
export const exactClock = (seconds) => toSeconds.format(seconds * 1000);

/** @param {number} seconds since the epoch */
export const day = (seconds) =>
  new Date(seconds * 1000).toLocaleDateString([], { dateStyle: "medium" });
