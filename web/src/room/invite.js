/** The invitation: below the title and large until a class is together, out of the way from then on. */

import { find } from "../shared/page.js";

let isTogether = false;

/** @param {boolean} isGathering whether fewer students are here than may be shown */
export function placeInvite(isGathering) {
  const invite = find("invite", HTMLDetailsElement);
  if (isTogether) return; // for good: who goes on teaching is not interrupted by it
  if (isGathering) {
    if (!invite.classList.contains("large")) find("glance").after(invite);
  } else {
    isTogether = true;
    find("second-teacher").before(invite);
    invite.open = false;
  }
  invite.classList.toggle("large", isGathering);
}
