import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CapabilityContext, defineCapability, defineRun, StatusError } from '@plinth/kernel';
import { at } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { boundedDisk } from './full-disk.ts';

const disk = boundedDisk();
after(() => 'reason' in disk || disk.remove());
const reason =
  'reason' in disk
    ? disk.reason
    : disk.kind === 'shim'
      ? 'this process cannot be started under a shim'
      : false;
const runsPath = '/apis/plinth.dev/v1alpha1/namespaces/default/runs';

test('a disk that runs full in the middle of a run', { skip: reason }, async () => {
  assert.ok(!('reason' in disk));
  const { capability, contexts, effects, full, begun } = threeSteps();
  const server = await startTestServer({
    dataDirectory: join(disk.directory, 'data'),
    capabilities: [capability],
  });
  try {
    const [context] = contexts;
    assert.ok(context);
    const run = await context.runs.enqueue({ definition: 'three-steps' });
    await begun.promise;
    disk.fill();
    // The step has its effect; where it is to be noted is no room.
    full.resolve();
    const refusal = await until('a refusal', async () => {
      try {
        await context.runs.enqueue({ definition: 'three-steps' });
        return undefined;
      } catch (error) {
        return error;
      }
    });
    assert.ok(refusal instanceof StatusError && refusal.code === 503, String(refusal));
    assert.match(refusal.message, /the disk is full.*free space/s);
    const answer = await server.admin.post(runsPath, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Run',
      metadata: { name: 'by-api' },
      spec: { definition: 'three-steps' },
    });
    assert.equal(answer.status, 503, answer.text);
    const path = `${runsPath}/${run.metadata.name}`;
    const phase = async (): Promise<unknown> => at((await server.admin.get(path)).json, 'status', 'phase');
    assert.notEqual(await phase(), 'Succeeded', 'what is not durable is not told');
    assert.equal(effects.filter((effect) => effect.startsWith('third')).length, 0, 'no step goes ahead');

    disk.free();
    await until('the run to end', async () => ((await phase()) === 'Succeeded' ? true : undefined));
    assert.deepEqual(
      [...new Set(effects)].map((effect) => effect.split(' ')[0]),
      ['first', 'second', 'third'],
      'each effect under one key, in order',
    );
    const again = await context.runs.enqueue({ definition: 'three-steps' });
    await until('new runs to end', async () => {
      const { json } = await server.admin.get(`${runsPath}/${again.metadata.name}`);
      return at(json, 'status', 'phase') === 'Succeeded' ? true : undefined;
    });
  } finally {
    await server.close();
  }
});

/** A run of three steps whose second one waits, and notes that it has begun. */
function threeSteps() {
  const contexts: CapabilityContext[] = [];
  const effects: string[] = [];
  const full = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const capability = defineCapability({
    name: 'steps',
    kinds: [],
    open(context) {
      contexts.push(context);
      return {
        runs: [
          defineRun({
            name: 'three-steps',
            version: 1,
            run: async (run) => {
              await run.step('first', ({ idempotencyKey }) => void effects.push(`first ${idempotencyKey}`));
              await run.step('second', async ({ idempotencyKey }) => {
                begun.resolve();
                await full.promise;
                effects.push(`second ${idempotencyKey}`);
              });
              await run.step('third', ({ idempotencyKey }) => void effects.push(`third ${idempotencyKey}`));
            },
          }),
        ],
      };
    },
  });
  return { capability, contexts, effects, full, begun };
}
