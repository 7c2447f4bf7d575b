import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, textAt } from '../harness/https-client.ts';
import { RunServer } from './run-server.ts';
import { within } from './within.ts';

const parked = Number(process.env['PLINTH_PARKED_RUNS'] ?? 1_000);
const sample = 20;
const fillMsMax = 120_000;
const wakeMsMax = 30_000;
const runs = '/apis/plinth.dev/v1alpha1/namespaces/default/runs';
const approvals = '/apis/plinth.dev/v1alpha1/approvals';

test(`${parked} runs that wait for approvals survive kill -9, hold no worker, and answer`, async (t) => {
  const server = await RunServer.start();
  try {
    await fill(server);
    const rssBefore = server.rssMiB;
    await server.end('SIGKILL');
    await server.restart();
    const readyMs = server.readyMs.at(-1) ?? 0;
    const from = performance.now();
    await within(fillMsMax, 'all runs to be parked again', () => areParked(server));
    const parkedMs = performance.now() - from;
    const rss = server.rssMiB;
    const numbers = Array.from({ length: sample }, (_, i) => Math.floor(((i + 0.5) * parked) / sample));
    const answeredMs: number[] = [];
    for (const i of numbers) answeredMs.push(await approve(server, `parked-${i}`));
    await within(wakeMsMax, 'the others to wait', () => areParked(server, sample));
    const expected = numbers.map((i) => `parked-${i}`).sort();
    assert.deepEqual(
      server
        .effects()
        .map(({ run }) => run)
        .sort(),
      expected,
      'only what was approved goes on',
    );
    assert.equal(server.errors, '');
    const times = answeredMs.sort((a, b) => a - b);
    t.diagnostic(
      `${parked} parked runs: ready ${Math.round(readyMs)} ms after the start, all parked again ${Math.round(parkedMs)} ms later, ` +
        `${Math.round(rss)} MiB (${Math.round(rssBefore)} MiB before the kill), approval to end ` +
        `${Math.round(times[sample >> 1] ?? 0)} ms (median), ${Math.round(times.at(-1) ?? 0)} ms (slowest)`,
    );
  } finally {
    await server.close();
  }
});

async function fill(server: RunServer): Promise<void> {
  const spec = { definition: 'faults.fill', input: { count: parked } };
  const object = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Run', metadata: { name: 'fill' }, spec };
  const { status, text } = await server.admin.post(runs, object);
  assert.equal(status, 201, text);
  await within(fillMsMax, 'all runs to be parked', () => areParked(server));
}

/** Whether all runs but some are parked, none waits for a worker, and none holds one. */
async function areParked(server: RunServer, gone = 0): Promise<true | undefined> {
  const { text } = await server.admin.get('/metrics');
  const count = (state: string): number =>
    Number(new RegExp(`^plinth_runs\\{state="${state}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const isSo = count('parked') === parked - gone && count('queued') === 0 && count('active') === 0;
  return isSo ? true : undefined;
}

/** Approves what a run waits for. @returns milliseconds until it has ended */
async function approve(server: RunServer, name: string): Promise<number> {
  const { json } = await server.admin.get(`${runs}/${name}`);
  assert.equal(textAt(json, 'status', 'phase'), 'Waiting', name);
  const digest = textAt(json, 'status', 'waitingFor', '0', 'digest');
  const target = { kind: 'Run', name, namespace: 'default', step: 'wait' };
  const spec = { target, digest, decision: 'Approve' };
  const approval = {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Approval',
    metadata: { name: `ok-${name}` },
    spec,
  };
  const from = performance.now();
  const answer = await server.admin.post(approvals, approval);
  assert.equal(answer.status, 201, answer.text);
  await within(wakeMsMax, `${name} to end`, async () => {
    const found = await server.admin.get(`${runs}/${name}`);
    return at(found.json, 'status', 'phase') === 'Succeeded' || undefined;
  });
  return performance.now() - from;
}
