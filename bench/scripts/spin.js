/** Milliseconds that the same work takes on the page's main thread and in a worker. */

const ROUNDS = 2000;

export async function spin() {
  const script = new Blob([`${round}; ${work}; postMessage(work(${ROUNDS}))`]);
  const worker = new Worker(URL.createObjectURL(script));
  const { data } = await new Promise((resolve) => (worker.onmessage = resolve));
  worker.terminate();
  return { main: work(ROUNDS), worker: data };
}

/** The second half's time: by then the engine has compiled the rounds as well as it will. */
function work(rounds) {
  let began;
  for (let index = -rounds; index < rounds; index++) {
    if (index === 0) began = performance.now();
    round(index);
  }
  return performance.now() - began;
}

function round(seed) {
  let sum = seed;
  for (let index = 0; index < 1e5; index++) sum = (sum * 31 + index) | 0;
  return sum;
}
