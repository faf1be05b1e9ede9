/** How long each program takes for a webcam's frames, and what many looks leave behind in ours. */

import { ownRealm } from "./peers.js";
import { programs } from "./programs.js";

const WIDTH = 640;
const HEIGHT = 480;
const BYTES = (WIDTH * HEIGHT * 3) / 2; // of a frame in I420, which is what cameras give
const COLOURS = {
  primaries: "smpte170m",
  transfer: "smpte170m",
  matrix: "smpte170m",
  fullRange: false,
};
const WARMUP = 5; // looks of each program before the first that is timed

/**
 * A program that looks at frames, and says how many milliseconds it took and the word it had. What
 * a peer reads lies in a canvas before the clock starts, which spares it the camera's colours.
 */
export async function start(name) {
  const read = await programs[name]();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (bytes, anew) => {
    const frame = cameraFrame(bytes);
    context.drawImage(frame, 0, 0);
    const began = performance.now();
    const word = await read(name === "classpulse" ? frame : canvas, anew);
    const milliseconds = performance.now() - began;
    frame.close();
    return { milliseconds, word };
  };
}

/**
 * Show every frame to every program, which take turns.
 * @param {string} address of the frames
 * @param {number} pace milliseconds between two frames, as a page would leave between two looks; 0
 *   for none, and every look begins anew
 * @returns {Promise<Record<string, {milliseconds: number, word: string | null}[]>>}
 */
export async function timeLooks(address, pace) {
  const frames = await fetchFrames(address);
  const all = [];
  for (const name of Object.keys(programs)) {
    const realm = await ownRealm(import.meta.url);
    const look = await realm.start(name);
    for (let round = 0; round < WARMUP; round++)
      await look(frames[round % frames.length], pace === 0);
    all.push({ name, look, looks: [] });
  }
  for (const frame of frames) {
    const rest = new Promise((wake) => setTimeout(wake, pace));
    for (const { look, looks } of all) looks.push(await look(frame, pace === 0));
    await rest;
  }
  return Object.fromEntries(all.map(({ name, looks }) => [name, looks]));
}

/** Our program, to look so many times at some frames and then say what it holds. */
export async function endure(address) {
  const frames = await fetchFrames(address);
  const memories = watchMemories();
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/static/model"));
  return async (looks) => {
    for (let round = 0; round < looks; round++) {
      const frame = cameraFrame(frames[round % frames.length]);
      await vision.look(frame, performance.now() / 1000);
      frame.close();
    }
    const wasm = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    return { tensors: vision.memory.tensors, wasm };
  };
}

async function fetchFrames(address) {
  const bytes = await (await fetch(address)).arrayBuffer();
  const count = bytes.byteLength / BYTES;
  return Array.from({ length: count }, (_, index) => new Uint8Array(bytes, index * BYTES, BYTES));
}

function cameraFrame(bytes) {
  return new VideoFrame(bytes, {
    format: "I420",
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    timestamp: 0,
    colorSpace: COLOURS,
  });
}

/** The memories of all WebAssembly that starts from now on: no script can ask for them later. */
function watchMemories() {
  const memories = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const result = await instantiate(...given);
      const { exports } = result.instance ?? result;
      memories.push(...Object.values(exports).filter((each) => each instanceof WebAssembly.Memory));
      return result;
    };
  }
  return memories;
}
