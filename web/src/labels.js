/** The words that pages use for the contract's labels. "Looks", never "feels". */

export const EMOTION_WORDS = {
  angry: "angry",
  disgust: "disgusted",
  fear: "afraid",
  happy: "happy",
  neutral: "neutral",
  sad: "sad",
  surprise: "surprised",
  other: "other",
};

export const PACE_WORDS = {
  slow_down: "Too fast",
  fine: "Just right",
  speed_up: "Too slow",
  lost: "I am lost",
};
