import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineRun } from '../define-run.ts';
import { RunError } from '../run-error.ts';
import { runFaultLaw } from './run-fault-law.ts';
import type { RunLab } from './run-lab.ts';

test('fault law: steps in a row, a sleep, and values that are drawn once', async () => {
  const report = await runFaultLaw({
    definitions: (outside) => [
      defineRun({
        name: 'row',
        version: 1,
        async run(run) {
          const day = run.now() > 0;
          await run.step('a', (context) => outside.act('a', context));
          await run.sleep('nap', 5_000);
          const b = await run.step('b', (context) => outside.act('b', context));
          return { b, day, same: await run.step('b', (context) => outside.act('b again', context)) };
        },
      }),
    ],
  });
  assert.ok(report.passes >= 12, `${report.passes} passes`);
});

test('fault law: steps in parallel, a child, an object that is waited for', async () => {
  await runFaultLaw({
    definitions: (outside) => [
      defineRun({
        name: 'parent',
        version: 1,
        async run(run) {
          const [a, b] = await Promise.all([
            run.step('a', (context) => outside.act('a', context)),
            run.step('b', (context) => outside.act('b', context)),
            run.sleep('nap', 1_000),
          ]);
          const child = await run.child('sub', 'child');
          await run.waitFor('object', {
            resource: { group: '', resource: 'configmaps' },
            namespace: 'default',
            name: 'go',
            until: () => true,
          });
          return [a, b, child, await run.step('c', (context) => outside.act('c', context))];
        },
      }),
      defineRun({
        name: 'child',
        version: 1,
        run: async (run) => await run.step('in child', (context) => outside.act('in child', context)),
      }),
    ],
    disturb: async (lab: RunLab) => {
      const key = 'default/core/configmaps/default/go';
      if (!lab.store.get(key)) await lab.configMap('go', {});
    },
  });
});

test('fault law: an approval, and compensations of a run that fails', async () => {
  await runFaultLaw({
    definitions: (outside) => [
      defineRun({
        name: 'saga',
        version: 1,
        async run(run) {
          for (const name of ['a', 'b']) {
            await run.step(name, (context) => outside.act(name, context), {
              compensate: (result, context) => outside.act(`undo ${result}`, context),
            });
          }
          const { by } = await run.approval('go', { message: 'go on', data: { n: 1 } });
          await run.step('c', (context) => outside.act(`c for ${by.join()}`, context));
          throw new RunError('Late', 'too late');
        },
      }),
    ],
    disturb: async (lab: RunLab) => {
      if (lab.run('law')?.status?.waitingFor?.some((one) => one.for === 'Approval')) {
        await lab.decide('law', { username: 'bob', groups: [] });
      }
    },
  });
});

test('fault law: a step that must not be repeated is called once, or a person says that it did not happen', async () => {
  await runFaultLaw({
    definitions: (outside) => [
      defineRun({
        name: 'pay',
        version: 1,
        async run(run) {
          await run.step('before', (context) => outside.act('before', context));
          // A failure is no proof of an effect that did not happen, unless the step says so by wanting retries.
          await run.step('pay', (context) => outside.act('pay', context), {
            once: true,
            retry: { limit: 1 },
          });
          return await run.step('recovered', (context) => outside.act('recovered', context), {
            once: true,
            retry: { limit: 1 },
            recover: ({ idempotencyKey: key }) =>
              outside.effects.has(key) ? { done: true, result: 'recovered' } : { done: false },
          });
        },
      }),
    ],
    decide: (step, outside) => ({ step, outcome: outside.count(step) > 0 ? 'Done' : 'NotDone' }),
  });
});

test('fault law: whatever process dies when, an effect that must not be repeated is called for once', async () => {
  await runFaultLaw({
    crashesOnly: true,
    once: ['pay'],
    definitions: (outside) => [
      defineRun({
        name: 'pay',
        version: 1,
        async run(run) {
          await run.step('before', (context) => outside.act('before', context));
          await run.step('pay', (context) => outside.act('pay', context), { once: true });
          await run.step('after', (context) => outside.act('after', context));
        },
      }),
    ],
    decide: (step, outside) => ({ step, outcome: outside.count(step) > 0 ? 'Done' : 'NotDone' }),
  });
});

test('the fault law finds a step whose key changes, and one that is repeated although it must not be', async () => {
  let calls = 0;
  await assert.rejects(
    runFaultLaw({
      definitions: (outside) => [
        defineRun({
          name: 'bad',
          version: 1,
          run: (run) => run.step('a', () => outside.act('a', { idempotencyKey: `key ${calls++}` })),
        }),
      ],
    }),
    /ends differently/,
  );
  await assert.rejects(
    runFaultLaw({
      crashesOnly: true,
      once: ['a'],
      definitions: (outside) => [
        defineRun({
          name: 'bad',
          version: 1,
          run: (run) => run.step('a', (context) => outside.act('a', context)),
        }),
      ],
    }),
    /called 2 times/,
  );
});
