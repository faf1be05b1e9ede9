/** The words that pages use for the contract's labels. "Looks", never "feels". */

// From pleasant to unpleasant: the order in which pages list them.
export const EMOTION_WORDS = {
  happy: "happy",
  surprise: "surprised",
  neutral: "neutral",
  sad: "sad",
  fear: "afraid",
  angry: "angry",
  disgust: "disgusted",
  other: "other",
};

export const PACE_WORDS = {
  slow_down: "Too fast",
  fine: "Just right",
  speed_up: "Too slow",
  lost: "I am lost",
};

/** The same as a teacher's page tells of others: "4 lost". */
export const PACE_TOLD = {
  slow_down: "too fast",
  fine: "just right",
  speed_up: "too slow",
  lost: "lost",
};
