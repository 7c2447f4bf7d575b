import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLastingPlace } from '../../store/test/lab-store.ts';
import { defineRun } from '../define-run.ts';
import { RunLab } from './run-lab.ts';

const gate = (expiresInMs?: number, count = 1, groups: string[] = []) =>
  defineRun({
    name: 'gate',
    version: 1,
    run: (run, input) =>
      run.approval('go', {
        message: 'roll out to production',
        data: input,
        count,
        groups,
        ...(expiresInMs === undefined ? {} : { expiresInMs }),
      }),
  });
const alice = { username: 'alice', groups: ['platform'] };
const bob = { username: 'bob', groups: ['platform'] };

test('an approval waits without a worker, shows what it needs, and answers who approved', async () => {
  const lab = await RunLab.make([gate()]);
  await lab.create('one', { definition: 'gate' }, alice);
  await lab.settle(1_000);
  const waiting = lab.run('one')?.status?.waitingFor?.[0];
  assert.equal(waiting?.message, 'roll out to production: 0 of 1 approvals');
  assert.equal(waiting?.command, 'plinth approve run/one');
  assert.match(waiting?.digest ?? '', /^[0-9a-f]{64}$/);
  assert.equal(lab.engine.counts.active, 0);
  assert.equal(lab.events.at(-1)?.reason, 'ApprovalNeeded');
  await assert.rejects(lab.decide('one', alice), /alice is the author/);
  await lab.decide('one', bob);
  await lab.settle(1_000);
  assert.deepEqual(lab.run('one')?.status?.output, { by: ['bob'] });
});

test('a rejection fails the run and says who; a demand that expires says how many were missing', async () => {
  const lab = await RunLab.make([gate(60_000, 2)]);
  await lab.create('one', { definition: 'gate' }, alice);
  await lab.create('two', { definition: 'gate' }, alice);
  await lab.settle(1_000);
  await lab.decide('one', bob, 'Reject');
  await lab.decide('two', bob);
  await lab.settle(120_000);
  assert.deepEqual(lab.run('one')?.status?.error, {
    code: 'ApprovalRejected',
    message: 'roll out to production: rejected by bob',
    step: 'go',
  });
  assert.equal(lab.run('two')?.status?.error?.code, 'ApprovalExpired');
  assert.match(lab.run('two')?.status?.error?.message ?? '', /1 of 2 approvals came by 20/);
});

test('an approval for another digest, by a stranger to the groups, or for a later run of the name is refused', async () => {
  const lab = await RunLab.make([gate(undefined, 1, ['leads'])]);
  await lab.create('one', { definition: 'gate' }, alice);
  await lab.settle(1_000);
  await assert.rejects(lab.decide('one', bob), /none of the groups that are asked/);
  const lead = { username: 'lea', groups: ['leads'] };
  await assert.rejects(lab.decide('one', lead, 'Approve', { digest: 'f'.repeat(64) }), /has the digest/);
  await lab.decide('one', lead);
  await lab.settle(1_000);
  assert.equal(lab.run('one')?.status?.phase, 'Succeeded');
  await assert.rejects(lab.decide('one', lead), /not waiting|Required|digest|Succeeded/);
});

test('100 racing approvers, the author and repeats among them: the run goes on once, with no more than it needs', async () => {
  let released = 0;
  const job = defineRun({
    name: 'job',
    version: 1,
    async run(run) {
      const { by } = await run.approval('go', { message: 'go', count: 3 });
      await run.step('release', () => released++);
      return by;
    },
  });
  const lab = await RunLab.make([job]);
  await lab.create('one', { definition: 'job' }, alice);
  await lab.settle(1_000);
  const votes = Array.from({ length: 100 }, (_v, i) =>
    lab.decide('one', i % 10 === 0 ? alice : { username: `user-${i % 7}`, groups: [] }),
  );
  const outcomes = await Promise.allSettled(votes);
  await lab.settle(10_000);
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length >= 10, true);
  assert.equal(released, 1);
  const by = lab.run('one')?.status?.output;
  assert.ok(Array.isArray(by) && by.length >= 3 && !by.includes('alice') && new Set(by).size === by.length);
});

test('10,000 parked approvals survive a restart of the store and the engine, and none holds a worker', async () => {
  const place = await makeLastingPlace();
  const definition = gate(3_600_000);
  let store = await place.open();
  const lab = await RunLab.make([definition], { store });
  for (let batch = 0; batch < 20; batch++) {
    const requests = Array.from({ length: 500 }, (_v, i) => ({
      definition: 'gate',
      name: `g-${batch * 500 + i}`,
    }));
    await lab.engine.enqueueMany(requests);
  }
  await lab.settle(1_000);
  assert.deepEqual(lab.engine.counts, { queued: 0, active: 0, known: 10_000 });
  await lab.engine.stop(1_000);
  await store.close();

  store = await place.open();
  const revision = store.revision;
  const again = await RunLab.make([definition], { store, isMade: true });
  await again.settle(1_000);
  assert.deepEqual(again.engine.counts, { queued: 0, active: 0, known: 10_000 });
  assert.equal(store.revision, revision, 'taking parked runs up again writes nothing');
  await again.decide('g-7', bob);
  await again.settle(1_000);
  assert.equal(again.run('g-7')?.status?.phase, 'Succeeded');
  assert.equal(again.run('g-8')?.status?.phase, 'Waiting');
  await again.settle(7_200_000);
  assert.equal(again.run('g-9999')?.status?.error?.code, 'ApprovalExpired');
  assert.equal(again.engine.counts.known, 0);
  assert.deepEqual(again.faults, []);
  await again.engine.stop(1_000);
  await store.close();
});
