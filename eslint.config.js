import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["web/static/"] },
  js.configs.recommended,
  { files: ["web/src/**", "web/bench/**"], languageOptions: { globals: globals.browser } },
  { files: ["web/src/engine/worker.js"], languageOptions: { globals: globals.worker } },
  { files: ["web/*.mjs", "tests/web/**"], languageOptions: { globals: globals.node } },
];
