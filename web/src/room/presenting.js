/** What reaches a teacher who looks at something else: the tab's title and icon, a notification and
 * a soft tone, the last two only where they are wanted.
 *
 * @import { View } from "../shared/contract.js"
 * @import { Glance } from "./glance.js"
 */

import { ALERT_TITLES, alertKey } from "../shared/alert-words.js";
import { attempt, find, findIn, memory, setText } from "../shared/page.js";
import { gettext, ngettext } from "../shared/texts.js";

const ICON = { calm: "/static/icon.svg", alert: "/static/icon-alert.svg" };
const TONE = { hertz: 523, seconds: 0.6, volume: 0.08 }; // soft: a lesson goes on

export class Presenting {
  #title;
  /** @type {Set<string> | null} */
  #known = null; // alerts and hands that were told of, or there from the start
  /** @type {AudioContext | null} */
  #audio = null;

  /** @param {string} title of the class */
  constructor(title) {
    this.#title = title;
    this.#remember("notify", () => this.#allow());
    this.#remember("sound", () => this.#tone());
  }

  /**
   * @param {Glance} glance
   * @param {View} view
   */
  tell(glance, { alerts, help }) {
    const isWorry = glance.level === "bad" || glance.level === "notice";
    const worry = isWorry ? glance.title : alerts.map(({ kind }) => ALERT_TITLES[kind])[0];
    const hands = ngettext("{count} hand is up", "{count} hands are up", help.length);
    const first = worry ?? (help.length > 0 ? hands : null);
    document.title = first === null ? this.#title : `⚠ ${first} · ${this.#title}`;
    const icon = findIn(document.head, "link[rel=icon]", HTMLLinkElement);
    const wanted = first === null ? ICON.calm : ICON.alert;
    if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
    const count = Number(isWorry) + alerts.length + help.length;
    (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {});
    this.#tellOfNew([
      ...(isWorry ? [{ key: glance.kind, text: glance.title }] : []),
      ...alerts.map((alert) => ({ key: alertKey(alert), text: ALERT_TITLES[alert.kind] })),
      ...help.map(({ id }) => ({ key: id, text: hands })),
    ]);
  }

  /** @param {{key: string, text: string}[]} news what there is to tell of */
  #tellOfNew(news) {
    const fresh = this.#known === null ? [] : news.filter(({ key }) => !this.#known?.has(key));
    this.#known = new Set(news.map(({ key }) => key));
    if (fresh.length === 0 || !document.hidden) return;
    if (find("notify", HTMLInputElement).checked) {
      attempt(() => new Notification(fresh[0].text, { body: this.#title, tag: "classpulse" }));
    }
    if (find("sound", HTMLInputElement).checked) this.#tone();
  }

  /**
   * A switch that this browser remembers.
   * @param {"notify" | "sound"} id
   * @param {() => unknown} turnedOn
   */
  #remember(id, turnedOn) {
    const box = find(id, HTMLInputElement);
    const key = `classpulse.${id}`;
    const isAllowed = id !== "notify" || globalThis.Notification?.permission === "granted";
    box.checked = memory.get(key) === "yes" && isAllowed;
    box.addEventListener("change", () => {
      memory.set(key, box.checked ? "yes" : "no");
      if (box.checked) turnedOn();
    });
  }

  async #allow() {
    const permission = await globalThis.Notification?.requestPermission().catch(() => "denied");
    const isAllowed = permission === "granted";
    if (!isAllowed) find("notify", HTMLInputElement).checked = false;
    setText(
      "notify-trouble",
      isAllowed ? "" : gettext("This browser does not let the page notify you."),
    );
  }

  #tone() {
    this.#audio ??= attempt(() => new AudioContext());
    const audio = this.#audio;
    if (audio === null) return;
    const gain = new GainNode(audio, { gain: TONE.volume });
    const tone = new OscillatorNode(audio, { frequency: TONE.hertz });
    tone.connect(gain).connect(audio.destination);
    gain.gain.setTargetAtTime(0, audio.currentTime, TONE.seconds / 4);
    tone.start();
    tone.stop(audio.currentTime + TONE.seconds);
  }
}
