import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunContext } from '../define-run.ts';
import { defineRun } from '../define-run.ts';
import { RunError } from '../run-error.ts';
import { RunLab } from './run-lab.ts';

const define = (version: number, run: (run: RunContext) => unknown, compatible?: number[]) =>
  defineRun({ name: 'job', version, run, ...(compatible ? { compatible } : {}) });

test('after a crash in the second step, the first one is not carried out again', async () => {
  const calls: string[] = [];
  const job = define(1, async (run) => {
    const a = await run.step('a', ({ idempotencyKey }) => {
      calls.push(`a ${idempotencyKey}`);
      return { at: new Date(0), list: [1, undefined] };
    });
    await run.step('b', ({ idempotencyKey }) => {
      calls.push(`b ${idempotencyKey}`);
      if (calls.length === 2) lab.life.kill();
    });
    return a;
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  assert.equal(lab.run('one')?.status?.phase, 'Running');
  lab.boot([job]);
  await lab.settle();
  assert.equal(calls.length, 3);
  assert.equal(calls[1], calls[2], 'the key is the same after the crash');
  assert.notEqual(calls[0]?.slice(2), calls[1]?.slice(2));
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Succeeded');
  assert.equal(status?.attempt, 2);
  assert.deepEqual(status?.output, { at: '1970-01-01T00:00:00.000Z', list: [1, null] });
});

test('a failed step is tried again with growing waits that hold no worker, and the limit survives a restart', async () => {
  const at: number[] = [];
  const job = define(1, async (run) => {
    await run.step(
      'flaky',
      () => {
        at.push(lab.clock.now());
        throw new Error('boom');
      },
      { retry: { limit: 3, backoffMs: 1_000, maxMs: 3_000 } },
    );
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(1_200);
  assert.equal(lab.run('one')?.status?.phase, 'Waiting');
  assert.equal(lab.engine.counts.active, 0);
  lab.boot([job]);
  await lab.settle();
  const waits = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
  assert.equal(at.length, 4);
  for (const [i, full] of [1_000, 2_000, 3_000].entries()) {
    const waited = waits[i] ?? 0;
    assert.ok(waited >= full / 2 && waited <= full, `wait ${i}: ${waited} ms of at most ${full} ms`);
  }
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Failed');
  assert.deepEqual(status?.error, { code: 'StepFailed', message: 'boom (attempt 4)', step: 'flaky' });
});

test('a RunError ends a step at once and reaches the function with its code', async () => {
  let calls = 0;
  const job = define(1, async (run) => {
    try {
      await run.step('pay', () => {
        calls++;
        throw new RunError('CardRefused', 'no money');
      });
    } catch (error) {
      assert.ok(error instanceof RunError);
      return `${error.code} in ${error.step ?? ''}`;
    }
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  assert.equal(calls, 1);
  assert.equal(lab.run('one')?.status?.output, 'CardRefused in pay');
});

test('a sleep of a month holds no worker and ends on time, after two restarts and a clock that was set', async () => {
  const month = 30 * 86_400_000;
  const job = define(1, async (run) => {
    const before = run.now();
    await run.sleep('month', month);
    return run.now() - before;
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(60_000);
  assert.equal(lab.run('one')?.status?.phase, 'Waiting');
  assert.deepEqual(lab.engine.counts, { queued: 0, active: 0, known: 1 });
  lab.boot([job]);
  await lab.settle(86_400_000);
  lab.boot([job]);
  lab.clock.shiftWallClock(month);
  await lab.settle(60_000);
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Succeeded');
  assert.ok(Number(status?.output) >= month && Number(status?.output) < 2.2 * month);
});

test('steps in parallel, and a sleep beside a step, replay in the order in which they ended', async () => {
  const order: string[] = [];
  const job = define(1, async (run) => {
    const log: string[] = [];
    const slow = async (): Promise<void> => {
      await run.step('slow', async () => {
        await new Promise<void>((resolve) => lab.clock.after(500, resolve));
      });
      log.push('slow');
      await run.step('after', () => order.push('after slow'));
    };
    const quick = async (): Promise<void> => {
      await run.sleep('nap', 100);
      log.push('quick');
      await run.step('after', () => order.push('after quick'));
    };
    await Promise.all([slow(), quick()]);
    await run.sleep('rest', 10_000);
    return log;
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(5_000);
  lab.boot([job]);
  await lab.settle();
  const { status } = lab.run('one') ?? {};
  assert.deepEqual(status?.output, ['quick', 'slow']);
  assert.deepEqual(order, ['after quick', 'after slow']);
  assert.deepEqual(status?.steps?.map(({ name, state }) => `${name} ${state}`).sort(), [
    'after Done',
    'after#2 Done',
    'nap Done',
    'rest Done',
    'slow Done',
  ]);
});

test('a run refuses to go on under a version that cannot take it over, and goes on when one can', async () => {
  const body = async (run: RunContext): Promise<string> => {
    await run.step('a', () => 1);
    await run.sleep('nap', 1_000);
    return 'done';
  };
  const lab = await RunLab.make([define(1, body)]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(10);
  lab.boot([define(2, body)]);
  await lab.settle(5_000);
  assert.equal(lab.run('one')?.status?.phase, 'Refused');
  assert.equal(lab.run('one')?.status?.error?.code, 'IncompatibleDefinition');
  assert.match(lab.run('one')?.status?.error?.message ?? '', /version 1 of job, and version 2/);
  lab.boot([]);
  await lab.settle(5_000);
  assert.equal(lab.run('one')?.status?.error?.code, 'DefinitionMissing');
  lab.boot([define(3, body, [1, 2])]);
  await lab.settle();
  assert.equal(lab.run('one')?.status?.phase, 'Succeeded');
  assert.equal(lab.run('one')?.status?.definitionVersion, 1);
  assert.equal(lab.run('one')?.status?.error, undefined);
});

test('code that no longer asks for a journaled step is refused before it does anything else', async () => {
  const did: string[] = [];
  const before = define(1, async (run) => {
    await run.step('old', () => did.push('old'));
    await run.sleep('nap', 1_000);
  });
  const after = define(1, async (run) => {
    await run.step('new', () => did.push('new'));
  });
  const lab = await RunLab.make([before]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(10);
  lab.boot([after]);
  await lab.settle();
  assert.deepEqual(did, ['old']);
  assert.equal(lab.run('one')?.status?.phase, 'Refused');
  assert.match(lab.run('one')?.status?.error?.message ?? '', /does not ask for old, nap any more/);
  const kindChanged = define(1, async (run) => {
    await run.sleep('old', 5);
  });
  lab.boot([kindChanged]);
  await lab.settle();
  assert.match(
    lab.run('one')?.status?.error?.message ?? '',
    /old is a step in the journal and a sleep in the code/,
  );
  lab.boot([before]);
  await lab.settle();
  assert.equal(lab.run('one')?.status?.phase, 'Succeeded');
});

test('a run of an unknown definition waits, and starts once there is one', async () => {
  const lab = await RunLab.make([]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Pending');
  assert.equal(status?.conditions?.[0]?.type, 'DefinitionFound');
  lab.boot([define(1, () => 'ok')]);
  await lab.settle();
  assert.equal(lab.run('one')?.status?.output, 'ok');
});

test('results that are no JSON or too large fail the step and name the remedy', async () => {
  const job = define(1, async (run) => {
    const codes: string[] = [];
    const tries: (() => unknown)[] = [() => 1n, () => 'x'.repeat(300_000), () => 'é'.repeat(131_073)];
    for (const make of tries) {
      await run.step('make', make).catch((error: unknown) => codes.push((error as RunError).code));
    }
    codes.push(String(await run.step('make', () => undefined)));
    codes.push(String((await run.step('make', () => 'é'.repeat(131_000))).length));
    return codes;
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  assert.deepEqual(lab.run('one')?.status?.output, [
    'NotJson',
    'TooLarge',
    'TooLarge',
    'undefined',
    '131000',
  ]);
});

test('a run of more operations than the journal takes fails with a clear error', async () => {
  const job = define(1, async (run) => {
    for (let i = 0; i < 1_001; i++) await run.step('s', () => i);
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.error?.code, 'TooManyOperations');
  assert.equal(status?.steps?.length, 50);
  assert.equal(status?.stepsBefore, 950);
});

test('another writer of the status takes the run away: the loser journals nothing more', async () => {
  const gate = Promise.withResolvers<void>();
  let calls = 0;
  const job = define(1, async (run) => {
    await run.step('a', async () => {
      calls++;
      if (calls === 1) await gate.promise;
      return calls;
    });
    return await run.step('b', () => calls);
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(400);
  assert.equal(lab.run('one')?.status?.phase, 'Running');
  const run = lab.run('one');
  assert.ok(run?.status);
  const key = 'default/plinth.dev/runs/default/one';
  const stolen = { ...run, status: { ...run.status, attempt: 9 } };
  await lab.store.commit([{ type: 'put', key, value: () => JSON.stringify(stolen) }]);
  gate.resolve();
  await lab.settle();
  assert.equal(lab.run('one')?.status?.phase, 'Succeeded');
  assert.equal(
    calls,
    2,
    'the step of the loser was not recorded, so it is carried out again under the same key',
  );
});
