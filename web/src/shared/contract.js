/** What goes over Socket.IO, as types and words; made by `make contract`.
 *
 * @typedef {number} Time Seconds since the epoch.
 *
 * @typedef {string} Emotion What a face looks like: a label of the model on the server, FER-2013's where it has no other. One that the server does not know is counted in `other`.
 *
 * @typedef {"ok" | "unsure" | "no_face" | "paused"} State What a look at the camera's picture came to: a face and its expression (ok), a face whose expression cannot be told, no face, or a camera that is paused.
 *
 * @typedef {"slow_down" | "fine" | "speed_up" | "lost"} Pace What a student says of the pace. `slow_down` is the button "Too fast", `speed_up` is "Too slow".
 *
 * @typedef {"camera" | "self-report"} Mode Of a class: whether it has cameras.
 *
 * @typedef {"many_lost" | "mood_dropped" | "faces_gone"} AlertKind
 *
 * @typedef {"pace" | "help"} Clearable What of the students' own words a teacher can take down.
 *
 * @typedef {"got_it" | "done" | "go_on"} Question What a teacher can ask the class: "Got it?", "Done?", "Shall we go on?".
 *
 * @typedef {"yes" | "so_so" | "not_yet"} Answer What a student can answer: "Yes", "So-so", "Not yet".
 *
 * @typedef {"few_students" | "few_faces"} Suppressed Why figures are hidden: fewer students are here than may be shown, or too few of their faces are read.
 *
 * @typedef {string} Name One line, as a student typed it.
 *
 * @typedef {string} Text One line, as a teacher typed it.
 *
 * @typedef {string} Note One line, as a teacher typed it; empty for a moment that was marked without words.
 *
 * @typedef {string} PostText One line, as a student typed it.
 *
 * @typedef {string} Id A name that the server made up, which says nothing.
 *
 * @typedef {Partial<Record<Emotion | "other", number>>} Shares Of each emotion that somebody has, from 0 to 1, largest first; together 1. What one student alone has, or the server does not know, is in `other`.
 *
 * @typedef {Record<Pace, number>} Paces How many students say what; a mean in a report.
 *
 * @typedef {Record<Answer, number>} Answers How many students answer what.
 *
 * @typedef {object} Alert Something that the teacher may want to know.
 * @property {AlertKind} kind
 * @property {Time} since
 * @property {string} why In English, one sentence.
 * @property {Record<string, number> | null} figures Those in the sentence, for other languages; null in points of before alerts had them.
 *
 * @typedef {object} Hand A student who asks for help.
 * @property {Id} id Of this hand; the same student's next one has another.
 * @property {Time} since
 * @property {Name | null} name
 *
 * @typedef {object} Named A student who wants to be seen by name, with what is known now; no emotion that the server does not know.
 * @property {Name} name
 * @property {Emotion | null} emotion
 * @property {Pace | null} pace
 *
 * @typedef {object} Marker A teacher's note; `t` tells it from the others of its class.
 * @property {Time} t
 * @property {Note} text
 *
 * @typedef {object} Asked A question that a teacher asked the class.
 * @property {Time} t When it was asked.
 * @property {Time} until When it closes, or closed.
 * @property {Question} question
 * @property {Answers | null} answers Null while fewer students have answered than may be shown.
 *
 * @typedef {object} Point Ten seconds of a class. Figures are means; null is what was hidden for half of the time or more.
 * @property {Time} t
 * @property {number} students Who are here.
 * @property {number | null} seen How many students have a face that is read now.
 * @property {Shares | null} shares
 * @property {Suppressed | null} suppressed
 * @property {number | null} valence The share of pleasant looks less that of unpleasant ones; null where shares are.
 * @property {Paces | null} pace
 * @property {Alert[]} alerts Those in force in this time.
 * @property {Asked[]} asked Questions that closed in this time.
 *
 * @typedef {object} View A class as its teachers may see it. Null is what is hidden, or what a class without cameras does not have.
 * @property {Time} t
 * @property {number} students Who are here.
 * @property {number | null} seen How many students have a face that is read now.
 * @property {Shares | null} shares
 * @property {Suppressed | null} suppressed
 * @property {number | null} valence The share of pleasant looks less that of unpleasant ones; null where shares are.
 * @property {Paces | null} pace
 * @property {number | null} counted How many students' looks are counted, whether they are here or not.
 * @property {number | null} waiting How many more are read, and will be counted once they are as many as may be shown.
 * @property {Hand[]} help In the order in which hands went up.
 * @property {Named[]} named
 * @property {Alert[]} alerts Those in force: what students say before how they look.
 * @property {Asked | null} asked The newest question, for ten minutes after it closed.
 *
 * @typedef {object} MostAndMean
 * @property {number} most
 * @property {number} mean
 *
 * @typedef {object} Stretch The part of a class from one note to the next; its figures are means.
 * @property {Time} from
 * @property {Time} to
 * @property {string} text
 * @property {number | null} students
 * @property {Shares | null} shares
 * @property {number | null} valence
 * @property {Paces | null} pace
 *
 * @typedef {object} PastAlert An alert of a class, from its beginning to its end.
 * @property {AlertKind} kind
 * @property {Time} since
 * @property {string} why In English, one sentence.
 * @property {Record<string, number> | null} figures Those in the sentence, for other languages; null in points of before alerts had them.
 * @property {Time} until
 * @property {Note} note The teacher's note before it; empty where there is none.
 *
 * @typedef {"lost" | "slow_down" | "speed_up" | "fine" | "asked" | "calm" | "unhappy" | "happy" | "neutral"} MomentKind Many said so (`lost`, `slow_down`, `speed_up`, `fine`), the class was asked, no trouble was said at all (`calm`), or most faces looked so (`neutral`, or by the valences of their labels `unhappy` or `happy`).
 *
 * @typedef {object} Moment Something that a report tells in one sentence.
 * @property {MomentKind} kind
 * @property {Time} from
 * @property {Time} to
 * @property {Note} note The teacher's note before it; empty where there is none.
 * @property {Record<string, number>} figures Those in the sentence: the most who said so at once (`most`) of how many (`students`), the share of faces (`share`).
 * @property {Asked | null} asked The question of the kind `asked`.
 *
 * @typedef {object} Report What `GET /report/<code>.json` answers.
 * @property {string} code
 * @property {string} title
 * @property {Mode} mode
 * @property {number} min_students
 * @property {boolean} simulated Whether its students were made up.
 * @property {Time} began
 * @property {Time | null} ended Null while the class goes on.
 * @property {number} minutes
 * @property {MostAndMean | null} students Null if nothing was recorded.
 * @property {number} shown_minutes
 * @property {number} hidden_minutes
 * @property {Shares | null} shares
 * @property {number | null} valence
 * @property {Record<Pace, MostAndMean> | null} pace
 * @property {Stretch[]} stretches
 * @property {number | null} best The index of a stretch.
 * @property {number | null} hardest The index of another one, where there is a best.
 * @property {Marker[]} markers
 * @property {PastAlert[]} alerts
 * @property {Asked[]} asked
 * @property {Moment[]} moments The lesson in three sentences, in the order of time.
 * @property {Point[]} points
 *
 * @typedef {object} StudentAuth What a student's page connects with.
 * @property {"student"} role
 * @property {string} code Of the class.
 * @property {string} [seat] From an earlier welcome, to take the same seat again.
 *
 * @typedef {object} TeacherAuth What a teacher's page connects with.
 * @property {"teacher"} role
 * @property {string} code Of the class.
 * @property {string} token
 *
 * @typedef {object} Refusal What comes with a connection that is refused, beside a sentence for whoever asked.
 * @property {boolean} retry Whether it is worth trying again.
 *
 * @typedef {object} Post A question that a student wrote, without a name.
 * @property {Id} id
 * @property {PostText} text
 * @property {boolean} released Whether all students see it.
 * @property {number | null} seconded How many students say "Me too"; null while they are fewer than may be shown, or none.
 *
 * @typedef {object} OpenQuestion A question that students can answer now.
 * @property {Id} id
 * @property {Question} question
 * @property {number} seconds For which it stays open.
 *
 * @typedef {object} StudentMessages
 * @property {Label} label
 * @property {{value: Pace | null}} pace
 * @property {Help} help
 * @property {{name: Name | null}} show
 * @property {{to: Id, value: Answer | null}} answer
 * @property {{text: PostText}} post
 * @property {{id: Id, on: boolean}} second
 *
 * @typedef {object} Label One look: only a word, never a picture. Sent when it changes, not more than once in `LABEL_GAP_SECONDS`, and again every `interval` seconds of the welcome.
 * @property {State} state
 * @property {Emotion} [emotion] With the state ok, and with no other.
 *
 * @typedef {object} Help The student's hand goes up or down.
 * @property {boolean} on
 * @property {string | null} [name] If the student typed one; blank and null say that there is none.
 *
 * @typedef {object} TeacherMessages
 * @property {{text: Note}} marker
 * @property {{what: "pace" | "help" | "posts", t?: number}} clear
 * @property {{hand: Id}} lower
 * @property {{question: Question | null}} ask
 * @property {{kind: AlertKind}} silence
 * @property {{id: Id}} release
 * @property {{id: Id}} settle
 * @property {{}} end
 *
 * @typedef {object} ServerMessages
 * @property {{seat: string, mode: Mode, title: Text, interval: number, fade: number, cleared: {pace: number | null, help: number | null}, question: OpenQuestion | null}} welcome
 * @property {{what: Clearable}} cleared
 * @property {{question: OpenQuestion | null}} question
 * @property {{t: Time, notes: Marker[]}} notes
 * @property {{t: Time, posts: Post[]}} posts
 * @property {{t: Time, points: Point[], markers: Marker[]}} history
 * @property {View} view
 * @property {Point} point
 * @property {Marker} marker
 * @property {{markers: Marker[]}} markers
 * @property {{message: string}} error
 * @property {{message: string | null, live: boolean}} trouble
 * @property {{within: number}} restart
 * @property {{}} ended
 */

/** @type {Pace[]} */
export const PACES = ["slow_down", "fine", "speed_up", "lost"];

/** @type {AlertKind[]} */
export const ALERT_KINDS = ["many_lost", "mood_dropped", "faces_gone"];

/** The shortest time between two labels of a page: even a restless face sends few. */
export const LABEL_GAP_SECONDS = 2;

/** The length of a point: two hours are 720 points, fine enough for a lesson, few enough to draw. */
export const POINT_SECONDS = 10;

/** Shares are twentieths: one student more or less often changes nothing. */
export const SHARE_STEPS = 20;

/** How long a student's word on the pace counts: that of five minutes ago is about another part of the lesson. */
export const PACE_SECONDS = 300;

/** How long the class can answer a teacher's question. */
export const QUESTION_SECONDS = 60;
