import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineRun, type RunContext } from '../define-run.ts';
import { RunError } from '../run-error.ts';
import { RunLab } from './run-lab.ts';

const define = (name: string, run: (run: RunContext) => unknown) => defineRun({ name, version: 1, run });

test('a failed run takes back what it did, in reverse order; a compensation that fails is told and the others go on', async () => {
  const did: string[] = [];
  const job = define('job', async (run) => {
    for (const name of ['a', 'b', 'c']) {
      await run.step(name, () => `made ${name}`, {
        compensate: (result) => {
          did.push(result);
          if (name === 'b') throw new RunError('Stuck', 'b is stuck');
        },
      });
    }
    await run.step('d', () => {
      throw new RunError('No', 'd says no');
    });
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  assert.deepEqual(did, ['made c', 'made b', 'made a']);
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Failed');
  assert.deepEqual(status?.error, {
    code: 'No',
    step: 'd',
    message: 'd says no; 1 of 3 compensations failed: b: b is stuck',
  });
  assert.equal(lab.events.at(-1)?.reason, 'No');
});

test('compensations go on after a crash, without going forward again', async () => {
  const did: string[] = [];
  let isFailing = true;
  const job = define('job', async (run) => {
    await run.step('a', () => 'a', { compensate: () => did.push('undo a') });
    await run.step('b', () => 'b', {
      compensate: () => {
        did.push('undo b');
        lab.life.kill();
      },
    });
    if (isFailing) throw new RunError('Bad', 'bad');
    await run.step('c', () => did.push('c'));
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle();
  isFailing = false;
  lab.boot([job]);
  await lab.settle(100, () => lab.life.isDead());
  assert.ok(lab.life.isDead(), 'the compensation of b was not recorded, so it is carried out again');
  const tame = define('job', async (run) => {
    await run.step('a', () => 'a', { compensate: () => did.push('undo a') });
    await run.step('b', () => 'b', { compensate: () => did.push('undo b') });
    await run.step('c', () => did.push('c'));
  });
  lab.boot([tame]);
  await lab.settle();
  assert.deepEqual(did, ['undo b', 'undo b', 'undo b', 'undo a']);
  assert.deepEqual(lab.run('one')?.status?.error, { code: 'Bad', message: 'bad' });
});

test('cancelling tells the step under way, takes back what was done, and ends the run as Canceled', async () => {
  const did: string[] = [];
  const job = define('job', async (run) => {
    await run.step('a', () => 'a', { compensate: () => did.push('undo a') });
    await run.step('long', async ({ signal }) => {
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    await run.step('never', () => did.push('never'));
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(1_000);
  assert.equal(lab.run('one')?.status?.steps?.at(-1)?.state, 'Running');
  await lab.change('one', { cancel: true });
  await lab.settle();
  assert.deepEqual(did, ['undo a']);
  const { status } = lab.run('one') ?? {};
  assert.equal(status?.phase, 'Canceled');
  assert.equal(status?.error?.message, 'the run was cancelled');
  await assert.rejects(lab.change('one', { cancel: false }), /cannot be taken back/);
});

test('a step that does not heed the cancellation is left behind after a grace', async () => {
  const job = define('job', async (run) => {
    await run.step('deaf', () => new Promise(() => undefined));
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(1_000);
  await lab.change('one', { cancel: true });
  await lab.settle();
  assert.equal(lab.run('one')?.status?.phase, 'Canceled');
});

test('a run that was cancelled while it waited is cancelled, and one that never started does nothing', async () => {
  const did: string[] = [];
  const job = define('job', async (run) => {
    did.push('began');
    await run.step('a', () => 'a', { compensate: () => did.push('undo a') });
    await run.sleep('nap', 1e9);
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(1_000);
  await lab.change('one', { cancel: true });
  await lab.create('two', { definition: 'job', cancel: true });
  await lab.settle(10_000);
  assert.equal(lab.run('one')?.status?.phase, 'Canceled');
  assert.equal(lab.run('two')?.status?.phase, 'Canceled');
  assert.deepEqual(did, ['began', 'began', 'undo a']);
});

test('pausing starts no further step, holds no worker, and going on goes on', async () => {
  const did: string[] = [];
  const job = define('job', async (run) => {
    for (const name of ['a', 'b', 'c']) {
      await run.step(name, () => did.push(name));
      await run.sleep('nap', 1_000);
    }
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(500);
  await lab.change('one', { pause: true });
  await lab.settle(60_000);
  assert.deepEqual(did, ['a']);
  assert.equal(lab.run('one')?.status?.phase, 'Paused');
  assert.equal(lab.engine.counts.active, 0);
  lab.boot([job]);
  await lab.settle(60_000);
  assert.equal(lab.run('one')?.status?.phase, 'Paused');
  await lab.change('one', { pause: false });
  await lab.settle();
  assert.deepEqual(did, ['a', 'b', 'c']);
  assert.equal(lab.run('one')?.status?.phase, 'Succeeded');
});

test('a run that takes too long fails and takes back what it did; a step that takes too long is tried again', async () => {
  const did: string[] = [];
  let attempts = 0;
  const job = define('job', async (run) => {
    await run.step(
      'slow',
      async ({ signal, attempt }) => {
        attempts = attempt;
        if (attempt > 1) return;
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
      { timeoutMs: 2_000, retry: { limit: 1, backoffMs: 10 }, compensate: () => did.push('undo slow') },
    );
    await run.sleep('nap', 1e9);
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job', timeoutSeconds: 60 });
  await lab.settle(10_000);
  assert.equal(attempts, 2);
  await lab.settle(60_000);
  const { status } = lab.run('one') ?? {};
  assert.deepEqual(status?.error, { code: 'Timeout', message: 'the run took more than 60 s' });
  assert.deepEqual(did, ['undo slow']);
});

test('a step that must not be repeated: after a crash a person decides, and nothing is repeated before', async () => {
  for (const [outcome, expected] of [
    ['Done', { id: 7 }],
    ['NotDone', 'sent'],
    ['Fail', undefined],
  ] as const) {
    let calls = 0;
    const job = define('job', async (run) => {
      return await run.step(
        'send',
        () => {
          calls++;
          if (calls === 1) lab.life.kill();
          return 'sent';
        },
        { once: true },
      );
    });
    const lab = await RunLab.make([job]);
    await lab.create('one', { definition: 'job' });
    await lab.settle();
    lab.boot([job]);
    await lab.settle();
    assert.equal(calls, 1);
    const { status } = lab.run('one') ?? {};
    assert.equal(status?.phase, 'Refused');
    assert.equal(status?.error?.code, 'Uncertain');
    assert.match(status?.error?.message ?? '', /"decisions":\[\{"step":"send","outcome":"Done"\}\]/);
    const result = outcome === 'Done' ? { result: { id: 7 } } : {};
    await lab.change('one', { decisions: [{ step: 'send', outcome, ...result }] });
    await lab.settle();
    assert.equal(calls, outcome === 'NotDone' ? 2 : 1);
    assert.equal(lab.run('one')?.status?.phase, outcome === 'Fail' ? 'Failed' : 'Succeeded');
    assert.deepEqual(lab.run('one')?.status?.output, expected);
  }
});

test('a step that must not be repeated asks what happened, where it can', async () => {
  for (const isDone of [true, false]) {
    const calls: string[] = [];
    const job = define('job', async (run) => {
      return await run.step(
        'send',
        ({ idempotencyKey }) => {
          calls.push(idempotencyKey);
          if (calls.length === 1) lab.life.kill();
          return 'sent';
        },
        {
          once: true,
          recover: ({ idempotencyKey: key }) =>
            isDone ? { done: true, result: `found ${key === calls[0] ? 'it' : 'another'}` } : { done: false },
        },
      );
    });
    const lab = await RunLab.make([job]);
    await lab.create('one', { definition: 'job' });
    await lab.settle();
    lab.boot([job]);
    await lab.settle();
    assert.equal(lab.run('one')?.status?.output, isDone ? 'found it' : 'sent');
    assert.equal(calls.length, isDone ? 1 : 2);
  }
});

test('a run waits for an object to be as it should, and gives up in time', async () => {
  const job = define('job', async (run) => {
    const object = await run.waitFor('ready', {
      resource: { group: '', resource: 'configmaps' },
      namespace: 'default',
      name: 'state',
      until: (one) => (one['data'] as Record<string, string>)['ready'] === 'yes',
      timeoutMs: 60_000,
    });
    return object['data'];
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(1_000);
  assert.equal(lab.run('one')?.status?.waitingFor?.[0]?.message, 'configmaps/state does not exist yet');
  lab.boot([job]);
  await lab.settle(1_000);
  await lab.configMap('state', { ready: 'yes' });
  await lab.settle(1_000);
  assert.deepEqual(lab.run('one')?.status?.output, { ready: 'yes' });

  const late = await RunLab.make([job]);
  await late.create('one', { definition: 'job' });
  await late.settle();
  assert.equal(late.run('one')?.status?.error?.code, 'Timeout');
});

test('a child runs on its own, answers its parent, and is cancelled with it', async () => {
  const did: string[] = [];
  const child = define('child', async (run) => {
    await run.step('work', () => did.push('work'), { compensate: () => did.push('undo work') });
    await run.sleep('nap', 10_000);
    return { answer: 42 };
  });
  const parent = define('parent', async (run) => {
    await run.step('before', () => 'b', { compensate: () => did.push('undo before') });
    return await run.child('sub', 'child', { x: 1 });
  });
  const lab = await RunLab.make([child, parent]);
  await lab.create('one', { definition: 'parent' });
  await lab.settle(1_000);
  lab.boot([child, parent]);
  await lab.settle();
  assert.deepEqual(lab.run('one')?.status?.output, { answer: 42 });

  did.length = 0;
  await lab.create('two', { definition: 'parent' });
  await lab.settle(1_000);
  await lab.change('two', { cancel: true });
  await lab.settle();
  assert.equal(lab.run('two')?.status?.phase, 'Canceled');
  assert.deepEqual(did, ['work', 'undo work', 'undo before']);
});

test('a run that is deleted stops, and its journal goes with it', async () => {
  const did: string[] = [];
  const job = define('job', async (run) => {
    await run.step('a', () => did.push('a'));
    await run.sleep('nap', 1_000);
    await run.step('b', () => did.push('b'));
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(100);
  assert.ok(lab.store.count('default/plinth.dev/runjournals/') > 0);
  await lab.deleteRun('one');
  await lab.settle();
  assert.deepEqual(did, ['a']);
  assert.equal(lab.store.count('default/plinth.dev/runjournals/'), 0);
  assert.equal(lab.engine.counts.known, 0);

  await lab.create('two', { definition: 'job' });
  await lab.settle(100);
  lab.life.kill();
  await lab.deleteRun('two');
  lab.boot([job]);
  await lab.settle();
  assert.equal(
    lab.store.count('default/plinth.dev/runjournals/'),
    0,
    'also when it was deleted between two processes',
  );
});

test('finished runs are deleted after their time, and the oldest beyond a number', async () => {
  const job = define('job', () => 'ok');
  const lab = await RunLab.make([job], { finishedRuns: 20 });
  await lab.create('short', { definition: 'job', ttlSecondsAfterFinished: 60 });
  await lab.settle(1_000);
  assert.ok(lab.run('short'));
  await lab.settle(61_000);
  assert.equal(lab.run('short'), undefined);
  await lab.engine.enqueueMany(
    Array.from({ length: 60 }, (_v, i) => ({ definition: 'job', name: `job-${i}` })),
  );
  await lab.settle();
  const left = lab.store.count('default/plinth.dev/runs/');
  assert.ok(left >= 20 && left <= 22, `${left} are left`);
  assert.ok(lab.run('job-59'));
  assert.deepEqual(lab.faults, []);
});

test('what a run was created for cannot be changed, and a wrong input is refused by field', async () => {
  const { Type } = await import('typebox');
  const job = defineRun({
    name: 'job',
    version: 1,
    input: Type.Object({ region: Type.String(), size: Type.Integer({ default: 3 }) }),
    run: (_run, input) => input.size,
  });
  const lab = await RunLab.make([job]);
  await assert.rejects(lab.create('one', { definition: 'job', input: { region: 5 } }), /spec.input.region/);
  await assert.rejects(lab.create('one', { definition: 'job' }), /spec.input.region: Required value/);
  await assert.rejects(
    lab.create('one', { definition: 'job', input: { region: 'x', sise: 4 } }),
    /spec.input.sise/,
  );
  await lab.create('one', { definition: 'job', input: { region: 'x' } });
  await assert.rejects(
    lab.change('one', { definition: 'other' }),
    /spec.definition: Forbidden: a run does what it was/,
  );
  await lab.settle();
  assert.equal(lab.run('one')?.status?.output, 3);
});

test('a step that has to be taken back, and of which the code no longer says how, is told', async () => {
  const with_ = define('job', async (run) => {
    await run.step('a', () => 'a', { compensate: () => 'undone' });
    await run.sleep('nap', 1_000);
    throw new RunError('Bad', 'bad');
  });
  const without = define('job', async (run) => {
    await run.step('a', () => 'a');
    await run.sleep('nap', 1_000);
    throw new RunError('Bad', 'bad');
  });
  const lab = await RunLab.make([with_]);
  await lab.create('one', { definition: 'job' });
  await lab.settle(100);
  lab.boot([without]);
  await lab.settle();
  assert.equal(
    lab.run('one')?.status?.error?.message,
    'bad; 1 of 1 compensations failed: a: the code no longer says how',
  );
});
