/** Alerts in words.
 *
 * @import { Alert } from "./contract.js"
 */

import { signed } from "./figures.js";
import { gettext } from "./texts.js";

/**
 * An alert in words; in English only if it was stored before alerts had figures.
 * @param {Alert} alert
 */
export function whyAlert({ kind, why, figures }) {
  return figures ? WHY[kind](figures) : why;
}

/** @type {Record<Alert["kind"], (figures: Record<string, number>) => string>} */
const WHY = {
  mood_dropped: ({ now, before }) =>
    gettext(
      "The class looks less pleasant than before: the balance of pleasant and unpleasant looks is {now}, it was {before}.",
      { now: signed(now), before: signed(before) },
    ),
  faces_gone: (figures) =>
    gettext("Fewer faces are read than before: about {now}, it was about {before}.", figures),
  many_lost: (figures) =>
    gettext("About {now} of {students} say that they are lost, it was about {before}.", figures),
};
