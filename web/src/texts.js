/** The texts of a page in its language: one catalogue for the server's pages and for scripts. */

// A chunk each, of the messages in scripts and of those that the server sends: see web/texts.mjs.
const CATALOGUES = {
  ar: () => import("../translations/ar/LC_MESSAGES/messages.po"),
  hi: () => import("../translations/hi/LC_MESSAGES/messages.po"),
};
const FORMS = ["zero", "one", "two", "few", "many", "other"]; // of plurals, as a catalogue orders them

const { lang, dir } = globalThis.document?.documentElement ?? { lang: "en", dir: "ltr" };
const loaded = await CATALOGUES[lang]?.().catch(() => null); // English is better than no page
const messages = loaded?.default ?? {};
const plurals = new Intl.PluralRules(lang);
const forms = FORMS.filter((form) => plurals.resolvedOptions().pluralCategories.includes(form));

/** The page's language, as in its `lang`. */
export const language = lang;
export const isRightToLeft = dir === "rtl";

/**
 * A message in the page's language.
 * @param {string} message in English
 * @param {Object<string, string|number>} values for what stands in braces
 */
export function gettext(message, values = {}) {
  return fill(messages[message] ?? message, values);
}

/** The same of a message that depends on a `count`, which its values need not repeat. */
export function ngettext(one, other, count, values = {}) {
  const english = count === 1 ? one : other;
  return fill(messages[one]?.[forms.indexOf(plurals.select(count))] ?? english, {
    count,
    ...values,
  });
}

/** What belongs together, as "a, b, c". */
export const listed = (parts) => parts.join(gettext(", "));

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => isolated(values[name]));
}

/** A name or a figure keeps its own direction, and turns nothing around beside it. */
function isolated(value) {
  return isRightToLeft ? `\u2068${value}\u2069` : value;
}
