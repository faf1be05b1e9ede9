import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["web/static/"] },
  js.configs.recommended,
  { files: ["web/src/**"], rules: { "no-undef": "off" } }, // which TypeScript knows better
  { files: ["bench/scripts/**"], languageOptions: { globals: globals.browser } },
  {
    files: ["web/*.mjs", "bench/*.mjs", "tests/web/**"],
    languageOptions: { globals: globals.node },
  },
];
