/** Alerts in words, and how pages tell one from another.
 *
 * @import { Alert } from "./contract.js"
 */

import { percent } from "./figures.js";
import { gettext } from "./texts.js";

/**
 * What an alert is about, in few words.
 * @type {Record<Alert["kind"], string>}
 */
export const ALERT_TITLES = {
  many_lost: gettext("Many are lost"),
  mood_dropped: gettext("More faces look unhappy"),
  faces_gone: gettext("Fewer faces are read"),
};

/**
 * The same where it stands on a chart.
 * @type {Record<Alert["kind"], string>}
 */
export const ALERT_WORDS = {
  many_lost: gettext("many are lost"),
  mood_dropped: gettext("more look unhappy"),
  faces_gone: gettext("fewer faces read"),
};

/**
 * The same for an alert as long as it is in force: to the second, because another process that goes
 * on with the class reckons its beginning anew.
 * @param {Pick<Alert, "kind" | "since">} alert
 */
export const alertKey = ({ kind, since }) => `${kind} ${Math.round(since)}`;

/**
 * An alert in words; in English only if it was stored before alerts had these figures.
 * @param {Pick<Alert, "kind" | "why" | "figures">} alert
 */
export function whyAlert({ kind, why, figures }) {
  return (figures && WHY[kind](figures)) ?? why;
}

/** @type {Record<Alert["kind"], (figures: Record<string, number>) => string | null>} */
const WHY = {
  mood_dropped: ({ unhappy, unhappy_before }) =>
    unhappy === undefined
      ? null
      : gettext(
          "More faces look unhappy than a few minutes ago: about {now}, it was about {before}.",
          { now: percent(unhappy / 100), before: percent(unhappy_before / 100) },
        ),
  faces_gone: (figures) =>
    gettext(
      "Fewer faces are read than a few minutes ago: about {now}, it was about {before}.",
      figures,
    ),
  many_lost: (figures) =>
    gettext("About {now} of {students} say that they are lost, it was about {before}.", figures),
};
