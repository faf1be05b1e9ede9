/** A page about privacy or security, or for parents: to be copied into a letter, or printed. */

import { offerCopy } from "../shared/copying.js";
import { find } from "../shared/page.js";

offerCopy("copy", "text", "copied");
find("print").addEventListener("click", () => window.print());
