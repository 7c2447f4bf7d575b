/**
 * The control plane with run definitions of the tests, in a process that can be killed. Arguments: data directory, and a
 * directory for what the steps do. With PLINTH_DATABASE it is one of several on that database, in the role PLINTH_ROLE and
 * with the keys of PLINTH_KEYS. Prints the ready line of the program.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CapabilityContext,
  defineCapability,
  defineRun,
  type ProcessRole,
  type RunContext,
  type RunDefinition,
  startKernel,
  systemClock,
  systemRandom,
} from '@plinth/kernel';

const [dataDirectory, outside] = process.argv.slice(2);
if (dataDirectory === undefined || outside === undefined) throw new Error('usage: DATA-DIRECTORY OUTSIDE');

/** An effect: a line that is on the disk before the step goes on. */
function append(run: RunContext, step: string, key: string): { step: string } {
  const file = openSync(join(outside ?? '', 'effects'), 'a');
  try {
    writeSync(file, `${JSON.stringify({ run: run.name, step, key, pid: process.pid })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { step };
}

/** A step that can be taken back. */
async function effect(run: RunContext, step: string): Promise<void> {
  await run.step(step, ({ idempotencyKey }) => append(run, step, idempotencyKey), {
    compensate: (_result, { idempotencyKey }) => append(run, `undo ${step}`, idempotencyKey),
  });
}

/** Steps in sequence and side by side, a sleep, and a program that tells its process id. */
const work = defineRun({
  name: 'faults.work',
  version: 1,
  run: async (run) => {
    await effect(run, 'first');
    await Promise.all([effect(run, 'left'), effect(run, 'right')]);
    await run.sleep('pause', 20);
    await effect(run, 'second');
    await run.exec('program', {
      file: '/bin/sh',
      args: ['-c', 'echo $$ >> "$0"; exec sleep 0.15', join(outside, 'pids')],
      // Each kill ends an attempt. The longest wait must stay well below what the test gives all runs to end.
      retry: { limit: 50, backoffMs: 10, maxMs: 1_000 },
    });
    await effect(run, 'last');
    // One run in four is taken back again.
    if (run.name.endsWith('7') || run.name.endsWith('3')) throw new Error('as it should');
  },
});

/** Parks on an approval, and has one effect after it. */
const parked = defineRun({
  name: 'faults.parked',
  version: 1,
  run: async (run) => {
    await run.approval('wait', { message: 'go on' });
    await effect(run, 'after');
  },
});

/** Prints its name, waits, and prints that it ends. */
const print = defineRun({
  name: 'faults.print',
  version: 1,
  run: async (run) => {
    const script = 'echo "begin $0"; sleep 0.5; echo "end $0"';
    await run.exec('print', { file: '/bin/sh', args: ['-c', script, run.name], inherit: ['PATH'] });
  },
});

const enqueuedAtOnce = 500;

/** Makes many runs that park: input `count`. */
function fill({ runs }: CapabilityContext): RunDefinition {
  return defineRun({
    name: 'faults.fill',
    version: 1,
    run: async (run, input: unknown) => {
      const count = typeof input === 'object' && input !== null && 'count' in input ? Number(input.count) : 0;
      for (let from = 0; from < count; from += enqueuedAtOnce) {
        await run.step(`from ${from}`, async () => {
          const numbers = Array.from({ length: Math.min(enqueuedAtOnce, count - from) }, (_, i) => from + i);
          const requestedBy = { username: 'author', groups: [] };
          await runs.enqueueMany(
            numbers.map((i) => ({ name: `parked-${i}`, definition: parked.name, requestedBy })),
          );
        });
      }
    },
  });
}

const { PLINTH_DATABASE: database, PLINTH_ROLE, PLINTH_KEYS: keysDirectory } = process.env;
const roles: readonly ProcessRole[] = ['all', 'api', 'controllers', 'workers'];
const role = roles.find((one) => one === PLINTH_ROLE) ?? 'all';

const kernel = await startKernel({
  dataDirectory,
  ...(database === undefined ? {} : { database, role }),
  ...(keysDirectory === undefined ? {} : { keysDirectory }),
  host: '127.0.0.1',
  port: 0,
  version: '0.0.0',
  capabilities: [
    defineCapability({
      name: 'faults',
      kinds: [],
      open: (context) => ({ runs: [work, parked, print, fill(context)] }),
    }),
  ],
  clock: systemClock,
  random: systemRandom,
  onFault: (what, error) => console.error(what, error),
});
process.once('SIGTERM', () => void kernel.close());
console.log(`Plinth is ready: ${kernel.url}`);
