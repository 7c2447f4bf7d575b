import { MetricsThreads } from './threads/metrics-threads.ts';

let shared: { readonly threads: MetricsThreads; users: number } | undefined;

/**
 * The threads of this process, which all virtual clusters share. They are started for the first that asks.
 * @returns them, and what gives them back; the last who does so ends them
 */
export function takeThreads(onFault: (what: string, error: unknown) => void): {
  readonly threads: MetricsThreads;
  readonly release: () => Promise<void>;
} {
  // What is broken is left to those who still hold it.
  if (shared?.threads.isBroken) shared = undefined;
  shared ??= { threads: new MetricsThreads(onFault), users: 0 };
  const taken = shared;
  taken.users++;
  let isReleased = false;
  return {
    threads: taken.threads,
    async release() {
      if (isReleased) return;
      isReleased = true;
      taken.users--;
      if (taken.users > 0) return;
      if (shared === taken) shared = undefined;
      await taken.threads.stop();
    },
  };
}
