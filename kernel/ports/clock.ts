/** The passing of time, as a port: everything in Plinth that asks for the time or waits does it through this. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic time in milliseconds; only differences mean something. */
  monotonic(): number;
  /** Calls `fn` once after `delayMs`; returns what cancels it. The timer never keeps the process alive. */
  after(delayMs: number, fn: () => void): () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

let formattedSecond = Number.NaN;
let formatted = '';

/** Formats an instant as Kubernetes `metav1.Time`: RFC 3339 in UTC with whole seconds. */
export function formatTime(ms: number): string {
  // Every write stamps the present second, thousands of times: it is formatted once.
  const second = Math.floor(ms / 1000);
  if (second !== formattedSecond) {
    formatted = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    formattedSecond = second;
  }
  return formatted;
}

/** Formats an instant as Kubernetes `metav1.MicroTime`: RFC 3339 in UTC with six decimals. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
