/** In place of a page that could not be had: try again, as soon as there is a network. */

import { find } from "./page.js";

find("again").addEventListener("click", () => location.reload());
window.addEventListener("online", () => location.reload());
