import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '@plinth/kernel';
import { StackTurns } from '../src/stack/stack-turns.ts';

const namespace = 'prod';
const asks: Run['status'] = {
  phase: 'Running',
  waitingFor: [{ for: 'Approval', step: 'approve', message: 'a plan' }],
};

/** Runs that are there, by name. */
class Runs {
  readonly #runs = new Map<string, Run>();

  set(name: string, status: Run['status'] = { phase: 'Running' }): Run {
    const run: Run = {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Run',
      metadata: {
        name,
        namespace,
        uid: `uid-${name}`,
        resourceVersion: '1',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: { definition: 'infra.stack' },
      ...(status ? { status } : {}),
    };
    this.#runs.set(name, run);
    return run;
  }

  remove(name: string): void {
    this.#runs.delete(name);
  }

  get(_resource: unknown, { name }: { readonly name: string }): Run | undefined {
    return this.#runs.get(name);
  }
}

/** Stacks a, b, c ... of which two may be worked on at once. */
function bench(): {
  readonly runs: Runs;
  readonly turns: StackTurns;
  readonly start: (stack: string) => boolean;
} {
  const runs = new Runs();
  const turns = new StackTurns(2);
  return {
    runs,
    turns,
    start: (stack) => {
      if (!turns.mayStart(stack, { namespace, name: stack }, runs)) return false;
      turns.leave(stack);
      turns.saw(runs.set(`run-${stack}`));
      return true;
    },
  };
}

test('so many are worked on at once; the others come in the order in which they asked', () => {
  const { runs, turns, start } = bench();
  deepEqual(['a', 'b', 'c', 'd'].map(start), [true, true, false, false]);
  deepEqual(turns.next(runs), []);
  runs.set('run-b', { phase: 'Succeeded' });
  deepEqual(turns.next(runs), [{ namespace, name: 'c' }]);
  // Whoever comes later does not go before who has asked.
  equal(start('e'), false);
  equal(start('c'), true);
  equal(start('d'), false);
  runs.remove('run-a');
  runs.set('run-c', { phase: 'Failed' });
  deepEqual(turns.next(runs), [
    { namespace, name: 'd' },
    { namespace, name: 'e' },
  ]);
});

test('a run that waits for people takes no place, and has one again when they have decided', () => {
  const { runs, turns, start } = bench();
  deepEqual(['a', 'b'].map(start), [true, true]);
  runs.set('run-a', asks);
  equal(start('c'), true);
  turns.saw(runs.set('run-a'));
  equal(start('d'), false);
  runs.set('run-b', { phase: 'Succeeded' });
  // Two are at work still: the one that was decided on, and the one that took its place.
  equal(start('d'), false);
  runs.set('run-c', { phase: 'Succeeded' });
  equal(start('d'), true);
});

test('who wants nothing any more leaves its place to the next', () => {
  const { runs, turns, start } = bench();
  deepEqual(['a', 'b', 'c', 'd'].map(start), [true, true, false, false]);
  turns.leave('c');
  runs.set('run-a', { phase: 'Succeeded' });
  deepEqual(turns.next(runs), [{ namespace, name: 'd' }]);
});

test('a run of the same name that is another one does not count for the one before', () => {
  const { runs, start } = bench();
  deepEqual(['a', 'b'].map(start), [true, true]);
  runs.set('run-a').metadata.uid = 'another';
  equal(start('c'), true);
});
