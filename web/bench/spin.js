/** Milliseconds that the same work takes on the page's main thread and in a worker. */

const ROUNDS = 3e8;

export async function spin() {
  const main = work(ROUNDS);
  const script = new Blob([`${work}; postMessage(work(${ROUNDS}))`]);
  const worker = new Worker(URL.createObjectURL(script));
  const { data } = await new Promise((resolve) => (worker.onmessage = resolve));
  worker.terminate();
  return { main, worker: data };
}

function work(rounds) {
  const began = performance.now();
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum = (sum + round) | 0;
  return performance.now() - began + 0 * sum;
}
