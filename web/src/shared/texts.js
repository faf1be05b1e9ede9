/** The texts of a page in its language: one catalogue for the server's pages and for scripts.
 *
 * @typedef {Record<string, string | number>} Values for what stands in a message's braces
 */

/**
 * A chunk each, of the messages in scripts and of those that the server sends: see web/texts.mjs.
 * @type {Record<string, () => Promise<{default: Record<string, string | string[]>}>>}
 */
const CATALOGUES = {
  ar: () => import("../../translations/ar/LC_MESSAGES/messages.po"),
  hi: () => import("../../translations/hi/LC_MESSAGES/messages.po"),
};
/**
 * The forms of plurals, as a catalogue orders them.
 * @type {Intl.LDMLPluralRule[]}
 */
const FORMS = ["zero", "one", "two", "few", "many", "other"];

const { lang, dir } = globalThis.document?.documentElement ?? { lang: "en", dir: "ltr" };
const loaded = await CATALOGUES[lang]?.().catch(() => null); // English is better than no page
const messages = loaded?.default ?? {};
const plurals = new Intl.PluralRules(lang);
const forms = FORMS.filter((form) => plurals.resolvedOptions().pluralCategories.includes(form));

/** The page's language, as in its `lang`. */
export const language = lang;
const isRightToLeft = dir === "rtl";

/**
 * A message in the page's language.
 * @param {string} message in English
 * @param {Values} [values]
 */
export function gettext(message, values = {}) {
  const own = messages[message];
  return fill(typeof own === "string" ? own : message, values);
}

/**
 * The same of a message that depends on a `count`, which its values need not repeat.
 * @param {string} one
 * @param {string} other
 * @param {number} count
 * @param {Values} [values]
 */
export function ngettext(one, other, count, values = {}) {
  const english = count === 1 ? one : other;
  return fill(messages[one]?.[forms.indexOf(plurals.select(count))] ?? english, {
    count,
    ...values,
  });
}

/**
 * What belongs together, as "a, b, c".
 * @param {string[]} parts
 */
export const listed = (parts) => parts.join(gettext(", "));

/**
 * @param {string} text
 * @param {Values} values
 */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (braces, name) =>
    Object.hasOwn(values, name) ? isolated(String(values[name])) : braces,
  );
}

/**
 * A name or a figure keeps its own direction, and turns nothing around beside it.
 * @param {string} value
 */
function isolated(value) {
  return isRightToLeft ? `\u2068${value}\u2069` : value;
}
