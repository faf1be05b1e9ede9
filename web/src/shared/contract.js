/**
 * The messages between pages and server, as types: what server/domain makes and takes. Times are
 * seconds since the epoch; null stands for what is hidden, or not known.
 *
 * @typedef {"camera" | "self-report"} Mode of a class
 * @typedef {"slow_down" | "fine" | "speed_up" | "lost"} Pace what a student can say of it
 * @typedef {Record<string, number>} Shares of emotions and of "other": 0..1, together 1
 * @typedef {Record<Pace, number>} Paces how many students say what
 *
 * @typedef {object} Alert
 * @property {"mood_dropped" | "faces_gone" | "many_lost"} kind
 * @property {number} since
 * @property {string} why in English
 * @property {Record<string, number> | null} figures those in the sentence; null in old points
 *
 * @typedef {object} Figures What a class is like, at a moment or on average over ten seconds.
 * @property {number} t
 * @property {number} students who are here
 * @property {number | null} seen whose faces are read
 * @property {Shares | null} shares
 * @property {"few_students" | "few_faces" | null} suppressed why something is hidden
 * @property {number | null} valence -1..1; null where shares are
 * @property {Paces | null} pace
 *
 * @typedef {{since: number, name: string | null}} Hand
 * @typedef {{name: string, emotion: string | null, pace: Pace | null}} Named
 * @typedef {Figures & {counted: number | null, help: Hand[], named: Named[], alerts: Alert[]}} View
 * @typedef {Figures & {alerts: Alert[]}} Point
 * @typedef {{t: number, text: string}} Marker
 *
 * @typedef {object} Stretch The part of a class from one marker to the next.
 * @property {number} from
 * @property {number} to
 * @property {string} text
 * @property {number | null} students
 * @property {Shares | null} shares
 * @property {number | null} valence
 * @property {Paces | null} pace
 *
 * @typedef {{most: number, mean: number}} MostAndMean
 *
 * @typedef {object} Report
 * @property {string} code
 * @property {string} title
 * @property {Mode} mode
 * @property {number} min_students
 * @property {number} began
 * @property {number | null} ended null while the class goes on
 * @property {number} minutes
 * @property {MostAndMean | null} students null if nothing was recorded
 * @property {number} shown_minutes
 * @property {number} hidden_minutes
 * @property {Shares | null} shares
 * @property {number | null} valence
 * @property {Record<Pace, MostAndMean> | null} pace
 * @property {Stretch[]} stretches
 * @property {number | null} best the index of a stretch
 * @property {number | null} hardest the index of another, where there is a best one
 * @property {Marker[]} markers
 * @property {Alert[]} alerts
 * @property {Point[]} points
 *
 * @typedef {object} Label
 * @property {"ok" | "unsure" | "no_face" | "paused"} state
 * @property {string} [emotion] where the state is ok
 * @property {number} [p] its probability
 *
 * @typedef {{on: boolean, name?: string}} Help
 *
 * @typedef {object} StudentMessages
 * @property {Label} label
 * @property {{value: Pace | null}} pace
 * @property {Help} help
 * @property {{name: string | null}} show
 *
 * @typedef {object} TeacherMessages
 * @property {{text: string}} marker
 * @property {{what: "pace" | "help"}} clear
 * @property {{kind: Alert["kind"]}} silence
 * @property {{}} end
 *
 * @typedef {object} ServerMessages
 * @property {{seat: string, mode: Mode, title: string, interval: number, fade: number}} welcome
 * @property {{what: "pace" | "help"}} cleared
 * @property {{t: number, points: Point[], markers: Marker[]}} history the latest part of it; each
 *   part that has others before it asks to be acknowledged, and then the next one comes
 * @property {View} view
 * @property {Point} point
 * @property {Marker} marker
 * @property {{message: string}} error
 * @property {{message: string | null, live: boolean}} trouble
 * @property {{within: number}} restart
 * @property {{}} ended
 */

export {};
