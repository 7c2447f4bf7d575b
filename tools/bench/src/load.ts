import { type Measured, summarize } from './measure.ts';

/** Something that does one operation at a time for one client. */
export type Operation = (sequence: number) => Promise<void>;

/**
 * Runs operations of many clients, each one after the other, for `seconds`.
 * @param operations one for each client; the numbers that they are called with never repeat
 */
export async function runLoad(operations: readonly Operation[], seconds: number): Promise<Measured> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  let sequence = 0;
  await Promise.all(
    operations.map(async (operation) => {
      for (let now = performance.now(); now < end; ) {
        await operation(sequence++);
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    }),
  );
  return summarize(latencies, (performance.now() - start) / 1000);
}

/** Runs one operation at a given pace, not waiting for the one before. Resolves when all have been answered. */
export async function runPaced(operation: Operation, perSecond: number, seconds: number): Promise<Measured> {
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now();
  const total = Math.round(perSecond * seconds);
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1);
    for (; sent < due; sent++) {
      const sequence = sent;
      const at = performance.now();
      pending.push(operation(sequence).then(() => void latencies.push(performance.now() - at)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  return summarize(latencies, (performance.now() - start) / 1000);
}
