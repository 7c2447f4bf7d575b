import { equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../ports/clock.ts';
import { configMap, PolicyWorld } from './policy-world.ts';

/** Goes through `depth` loops of 50 in each other. */
function loops(depth: number): string {
  const names = Array.from({ length: depth }, (_, i) => `v${i}`);
  const range = `[${Array.from({ length: 50 }, (_, i) => i).join(', ')}]`;
  return names.reduceRight((inner, name) => `${range}.all(${name}, ${inner})`, `${names.join(' + ')} >= 0`);
}

const bomb = { expression: loops(5) };
/** About 0.6 million units: fine alone, too much thirty times. */
const heavy = { expression: loops(3) };
const isBomb = { matchConditions: [{ name: 'bomb', expression: "object.metadata.name.startsWith('bomb')" }] };

describe('an expression that explodes', () => {
  for (const [failurePolicy, code] of [
    ['Fail', 422],
    ['Ignore', undefined],
  ] as const) {
    test(`is stopped by its cost limit, and obeys failurePolicy ${failurePolicy}`, async () => {
      const world = await PolicyWorld.start();
      await world.policy('p', { failurePolicy, validations: [bomb] });
      const { error } = await world.write(configMap('one'));
      equal(error?.code, code);
      if (error)
        match(error.message, /Policy 'p' with binding 'p' denied request: .*actual cost limit exceeded/);
    });
  }

  test('as a match condition or a variable is stopped as well', async () => {
    const world = await PolicyWorld.start();
    await world.policy('p', {
      matchConditions: [{ name: 'c', ...bomb }],
      validations: [{ expression: 'true' }],
    });
    match((await world.write(configMap('one'))).error?.message ?? '', /cost limit exceeded/);
    await world.policy('p', {
      matchConditions: [],
      variables: [{ name: 'v', ...bomb }],
      validations: [{ expression: 'variables.v || true' }],
    });
    match((await world.write(configMap('one'))).error?.message ?? '', /cost limit exceeded/);
  });

  test('by many small steps is stopped by what all expressions may cost together', async () => {
    const world = await PolicyWorld.start();
    await world.policy('p', { validations: Array.from({ length: 30 }, () => heavy) });
    match(
      (await world.write(configMap('one'))).error?.message ?? '',
      /validation failed due to running out of cost budget, no further validation rules will be run/,
    );
  });

  test('leaves room to everybody else', async () => {
    const world = await PolicyWorld.start(systemClock);
    await world.policy('p', { ...isBomb, validations: [bomb, bomb] });
    // How long one stretch of such work takes here, on this machine and at this load.
    const aloneMs = systemClock.monotonic();
    await world.write(configMap('bomb'), { user: { username: 'trial', groups: ['system:masters'] } });
    const stretchMs = (systemClock.monotonic() - aloneMs) / 2;
    const denied = { count: 0 };
    const bombers = Array.from({ length: 10 }, async (_, i) => {
      const user = { username: 'mallory', groups: ['system:masters'] };
      while (denied.count < 30) {
        const { error } = await world.write(configMap(`bomb-${i}`), { user });
        equal(error?.code, 422);
        denied.count++;
      }
    });
    const tookMs: number[] = [];
    for (let i = 0; denied.count < 30; i++) {
      const startMs = systemClock.monotonic();
      const { error } = await world.write(configMap(`fine-${i % 10}`, { at: String(i) }));
      equal(error, undefined);
      await new Promise<void>((resolve) => setImmediate(resolve));
      tookMs.push(systemClock.monotonic() - startMs);
    }
    await Promise.all(bombers);
    const sorted = tookMs.sort((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    const boundMs = Math.max(100, 3 * stretchMs);
    ok(p99 < boundMs, `p99 of ${sorted.length} writes is ${p99} ms, of at most ${boundMs} ms`);
  });
});
