/** A small window that stays in front of the video call: parts of the page move into it. */

const SIZE = { width: 320, height: 260 };
const { documentPictureInPicture } = window;

/** Whether this browser has such windows. */
export const hasSmallWindows = documentPictureInPicture !== undefined;

/**
 * Open it, at the student's click. When it is closed, the parts return to their places.
 * @param {HTMLElement[]} parts in the order in which they are to stand
 */
export async function openSmallWindow(parts) {
  const small = await documentPictureInPicture?.requestWindow(SIZE);
  if (!small) return;
  for (const sheet of document.querySelectorAll("link[rel=stylesheet], meta[name=color-scheme]")) {
    small.document.head.append(sheet.cloneNode());
  }
  small.document.title = document.title;
  small.document.documentElement.lang = document.documentElement.lang;
  small.document.documentElement.dir = document.documentElement.dir;
  const places = parts.map((part) => {
    const place = document.createComment("in the small window");
    part.replaceWith(place);
    return place;
  });
  const main = small.document.createElement("main");
  main.append(...parts);
  small.document.body.append(main);
  small.addEventListener("pagehide", () => {
    places.forEach((place, index) => place.replaceWith(parts[index]));
  });
}

/** Close it, if it is open. */
export function closeSmallWindow() {
  documentPictureInPicture?.window?.close();
}
