import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["web/static/"] },
  js.configs.recommended,
  { files: ["web/src/**"], rules: { "no-undef": "off" } }, // which TypeScript knows better
  { files: ["web/bench/**"], languageOptions: { globals: globals.browser } },
  { files: ["web/*.mjs", "tests/web/**"], languageOptions: { globals: globals.node } },
];
