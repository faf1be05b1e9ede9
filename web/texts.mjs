// The catalogues of web/translations/: compiled for the server, and as scripts import them.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { mo, po } from "gettext-parser";

const folder = "web/translations";

/** Write each catalogue beside itself as Flask-Babel reads it. */
export async function compile() {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const path = `${folder}/${name}/LC_MESSAGES/messages`;
    await writeFile(`${path}.mo`, mo.compile(po.parse(await readFile(`${path}.po`))));
  }
}

/**
 * An esbuild plugin: a catalogue is imported as {message: its translation, or its plural forms}, of
 * what scripts say and what the server sends to them; all else is in the pages already.
 */
export const catalogues = {
  name: "catalogues",
  setup(build) {
    build.onLoad({ filter: /\.po$/ }, async ({ path }) => {
      const { translations } = po.parse(await readFile(path));
      const messages = Object.values(translations[""])
        .filter(({ comments }) => /web\/src\/|server\//.test(comments?.reference))
        .map(({ msgid, msgid_plural, msgstr }) => [msgid, msgid_plural ? msgstr : msgstr[0]]);
      return { contents: JSON.stringify(Object.fromEntries(messages)), loader: "json" };
    });
  },
};
