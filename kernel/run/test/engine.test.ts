import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineRun } from '../define-run.ts';
import { RunLab } from './run-lab.ts';

test('a run without steps is created, carried out, and shows its output', async () => {
  const double = defineRun({
    name: 'double',
    version: 1,
    run: (_run, input) => ({ value: (input as { n: number }).n * 2 }),
  });
  const lab = await RunLab.make([double]);
  await lab.create('one', { definition: 'double', input: { n: 21 } });
  await lab.settle();
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Succeeded');
  assert.deepEqual(status?.output, { value: 42 });
  assert.deepEqual(lab.faults, []);
});

test('steps run in order, and each result is journaled before the next one starts', async () => {
  const seen: string[] = [];
  const two = defineRun({
    name: 'two',
    version: 1,
    async run(run) {
      const a = await run.step('a', () => {
        seen.push('a');
        return 1;
      });
      const b = await run.step('b', () => {
        seen.push(`b after ${lab.store.count('default/plinth.dev/runjournals/')} journaled`);
        return a + 1;
      });
      return { sum: a + b };
    },
  });
  const lab = await RunLab.make([two]);
  await lab.create('one', { definition: 'two' });
  await lab.settle();
  assert.deepEqual(seen, ['a', 'b after 1 journaled']);
  assert.deepEqual(lab.run('one')?.status?.output, { sum: 3 });
  assert.equal(lab.store.count('default/plinth.dev/runjournals/'), 0, 'a finished run keeps no journal');
});
