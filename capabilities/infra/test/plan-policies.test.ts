import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatTime, type KubeObject } from '@plinth/kernel';
import {
  builtinTestResources,
  MemoryClient,
  resourceOf,
  seededRandom,
  VirtualClock,
} from '@plinth/kernel/testing';
import { type Plan, parsePlan } from '@plinth/terraform-plan';
import { waiverDaysMax } from '../src/limits.ts';
import type { PolicyJudgement } from '../src/policy/plan-judgement.ts';
import { PlanPolicies } from '../src/policy/plan-policies.ts';
import { planPolicies, planPolicyKind } from '../src/policy/plan-policy-kind.ts';
import { planWaiverKind, planWaivers } from '../src/policy/plan-waiver-kind.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** Policies and waivers in memory; the namespace `prod` has `tier: gold`. */
class PolicyWorld {
  readonly clock = new VirtualClock();
  readonly client: MemoryClient;
  readonly policies: PlanPolicies;

  constructor() {
    this.client = new MemoryClient({
      clock: this.clock,
      random: seededRandom(1),
      resources: [...builtinTestResources, resourceOf(planPolicyKind), resourceOf(planWaiverKind)],
    });
    this.policies = new PlanPolicies(this.client);
  }

  async namespace(name: string, labels: Record<string, string>): Promise<void> {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    await this.client.create({ group: '', resource: 'namespaces' }, namespace as unknown as KubeObject);
  }

  async policy(name: string, spec: object): Promise<KubeObject> {
    const object = { apiVersion: 'plinth.dev/v1alpha1', kind: 'PlanPolicy', metadata: { name }, spec };
    return await this.client.create(planPolicies, object as unknown as KubeObject);
  }

  async waiver(name: string, spec: object, days = 1, namespace = 'prod'): Promise<KubeObject> {
    const expiresAt = formatTime(this.clock.now() + days * dayMs);
    const object = {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'PlanWaiver',
      metadata: { name, namespace },
      spec: { check: 'named', address: '*', reason: 'accepted', expiresAt, ...spec },
    };
    return await this.client.create(planWaivers, object as unknown as KubeObject);
  }

  async judge(plan: Plan, namespace = 'prod', labels: Record<string, string> = {}): Promise<PolicyJudgement> {
    const nowMs = this.clock.now();
    return await this.policies.judge(this.policies.inForce({ namespace, labels }, nowMs), plan, nowMs);
  }

  version(namespace = 'prod', labels: Record<string, string> = {}): string {
    return this.policies.inForce({ namespace, labels }, this.clock.now()).version;
  }
}

const named = (more: object = {}): object => ({
  name: 'named',
  title: 'It has a name.',
  severity: 'high',
  remedy: 'Give it one.',
  assert: 'change.after.name == "right"',
  ...more,
});

function plan(names: readonly (string | undefined)[]): Plan {
  const resource_changes = names.map((name, i) => ({
    address: `x_thing.t[${i}]`,
    mode: 'managed',
    type: 'x_thing',
    name: 't',
    index: i,
    change: {
      actions: ['create'],
      before: null,
      after: name === undefined ? {} : { name },
      after_unknown: name === undefined ? { name: true } : {},
    },
  }));
  return parsePlan(Buffer.from(JSON.stringify({ format_version: '1.2', resource_changes })));
}

const effects = ({ findings }: PolicyJudgement): readonly (readonly string[])[] =>
  findings.map(({ policy, address, verdict, effect }) => [policy, address, verdict, effect]);

describe('a plan is judged', () => {
  test('by the severities that deny, and what is unknown only warns unless it is said otherwise', async () => {
    const world = new PolicyWorld();
    await world.policy('a', { checks: [named()] });
    await world.policy('b', { checks: [named({ severity: 'low' })] });
    await world.policy('c', {
      checks: [named({ severity: 'low' })],
      enforcement: { low: 'deny' },
      unknown: 'deny',
    });
    const judgement = await world.judge(plan(['wrong', undefined, 'right']));
    equal(judgement.verdict, 'denied');
    deepEqual(effects(judgement), [
      ['a', 'x_thing.t[0]', 'fail', 'deny'],
      ['c', 'x_thing.t[0]', 'fail', 'deny'],
      ['c', 'x_thing.t[1]', 'unknown', 'deny'],
      ['a', 'x_thing.t[1]', 'unknown', 'warn'],
      ['b', 'x_thing.t[0]', 'fail', 'warn'],
      ['b', 'x_thing.t[1]', 'unknown', 'warn'],
    ]);
    deepEqual(judgement.counts, { deny: 3, warn: 3, waived: 0 });
    deepEqual(judgement.policies, ['a', 'b', 'c']);
  });

  test('to be allowed when nothing denies, also without any policy', async () => {
    const world = new PolicyWorld();
    equal((await world.judge(plan(['wrong']))).verdict, 'allowed');
    await world.policy('a', { checks: [named()], enforcement: { high: 'warn' } });
    const { verdict, counts } = await world.judge(plan(['wrong', undefined]));
    deepEqual([verdict, counts], ['allowed', { deny: 0, warn: 2, waived: 0 }]);
  });

  test('to be denied by a check that cannot be worked out', async () => {
    const world = new PolicyWorld();
    await world.policy('a', { checks: [named({ assert: 'change.after.nothing == 1' })] });
    const { verdict, findings } = await world.judge(plan(['right']));
    deepEqual([verdict, findings[0]?.verdict], ['denied', 'error']);
  });

  test('to be denied by a policy that does not compile any more', async () => {
    const world = new PolicyWorld();
    await world.policy('old', { checks: [named({ assert: 'change.gone == 1' })] });
    const { verdict, findings } = await world.judge(plan(['right']));
    equal(verdict, 'denied');
    match(findings[0]?.message ?? '', /^spec\.checks\[0\]\.assert: 1:7: undefined field 'gone'/);
  });

  test('by the policies of its namespace and labels alone', async () => {
    const world = new PolicyWorld();
    await world.namespace('prod', { tier: 'gold' });
    await world.namespace('dev', { tier: 'none' });
    const policy = (name: string, match: object) => world.policy(name, { match, checks: [named()] });
    await policy('by-name', { namespaces: ['pr*', 'other'] });
    await policy('by-namespace-label', { namespaceSelector: { matchLabels: { tier: 'gold' } } });
    await policy('by-label', {
      selector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }] },
    });
    await policy('by-all', { namespaces: ['dev'], selector: { matchLabels: { team: 'a' } } });
    const asked = async (namespace: string, labels: Record<string, string>) =>
      (await world.judge(plan([]), namespace, labels)).policies;
    deepEqual(await asked('prod', {}), ['by-name', 'by-namespace-label']);
    deepEqual(await asked('dev', { team: 'a' }), ['by-all', 'by-label']);
    deepEqual(await asked('unknown-namespace', { team: 'c' }), []);
  });
});

describe('a waiver', () => {
  test('takes findings back in its namespace, for its policy and until it ends', async () => {
    const world = new PolicyWorld();
    await world.namespace('prod', {});
    await world.policy('a', { checks: [named()] });
    await world.policy('b', { checks: [named()] });
    await world.waiver('w', { policy: 'a', address: 'x_thing.t[0]' });
    const judgement = await world.judge(plan(['wrong', 'wrong']));
    deepEqual(effects(judgement), [
      ['a', 'x_thing.t[1]', 'fail', 'deny'],
      ['b', 'x_thing.t[0]', 'fail', 'deny'],
      ['b', 'x_thing.t[1]', 'fail', 'deny'],
      ['a', 'x_thing.t[0]', 'fail', 'waived'],
    ]);
    deepEqual(judgement.counts, { deny: 3, warn: 0, waived: 1 });
    equal((await world.judge(plan(['wrong', 'wrong']), 'dev')).counts.deny, 4);
    equal(judgement.validUntilMs, world.clock.now() + dayMs);

    await world.waiver('all', {}, 2);
    equal((await world.judge(plan(['wrong', 'wrong']))).verdict, 'allowed');
    await world.clock.advance(dayMs);
    equal((await world.judge(plan(['wrong', 'wrong']))).validUntilMs, world.clock.now() + dayMs);
    await world.clock.advance(dayMs);
    const after = await world.judge(plan(['wrong', 'wrong']));
    deepEqual([after.verdict, after.counts.waived, after.validUntilMs], ['denied', 0, undefined]);
  });
});

describe('the version', () => {
  test('changes with what counts, and with nothing else', async () => {
    const world = new PolicyWorld();
    for (const name of ['prod', 'dev']) await world.namespace(name, {});
    const versions = [world.version()];
    const changed = (what: string): void => {
      const now = world.version();
      ok(!versions.includes(now), what);
      versions.push(now);
    };
    await world.policy('a', { checks: [named()] });
    changed('a policy was made');
    await world.policy('elsewhere', { match: { namespaces: ['dev'] }, checks: [named()] });
    await world.waiver('elsewhere', {}, 1, 'dev');
    equal(world.version(), versions.at(-1));
    await world.client.patch(planPolicies, { name: 'a' }, { spec: { unknown: 'deny' } });
    changed('the policy was changed');
    await world.waiver('w', {});
    changed('a waiver was made');
    const before = versions.at(-2);
    await world.clock.advance(dayMs);
    equal(world.version(), before, 'the waiver has ended');
    const uid = world.client.get(planPolicies, { name: 'a' })?.metadata.uid;
    await world.client.delete(planPolicies, { name: 'a' });
    equal(world.version(), versions[0]);
    await world.policy('a', { checks: [named()] });
    notEqual(world.client.get(planPolicies, { name: 'a' })?.metadata.uid, uid);
    changed('another policy of the same name');
    equal((await world.judge(plan(['right']))).version, world.version());
  });
});

describe('what is written wrong', () => {
  const faults = (spec: object): readonly (readonly [string, string])[] => {
    const errors = planPolicyKind.strategy?.validate?.(
      { metadata: {}, spec } as unknown as KubeObject,
      undefined,
    );
    return (errors ?? []).map(({ field, detail }) => [field, detail]);
  };

  test('in a policy is told with its field', () => {
    deepEqual(faults({ checks: [named()] }), []);
    const selector = { matchExpressions: [{ key: 'a', operator: 'Near' }] };
    const found = faults({
      match: { selector, namespaceSelector: selector },
      checks: [named(), named({ name: 'other', assert: 'change.after.x ==', severity: 'high' })],
    });
    deepEqual(
      found.map(([field]) => field),
      ['spec.match.namespaceSelector', 'spec.match.selector', 'spec.checks[1].assert'],
    );
    match(found[2]?.[1] ?? '', /^1:\d+: /);
  });

  test('in a waiver: an end before it is made, or later than a year after it', () => {
    const end = (expiresAt: string, old?: object): readonly string[] => {
      const object = {
        metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
        spec: { check: 'a', address: '*', reason: 'r', expiresAt },
      };
      const errors = planWaiverKind.strategy?.validate?.(
        object as unknown as KubeObject,
        old as KubeObject | undefined,
      );
      return (errors ?? []).map(({ field, detail }) => `${field} ${detail}`);
    };
    deepEqual(end('2026-06-01T00:00:00Z'), []);
    deepEqual(end('2027-01-02T00:00:00Z'), []);
    deepEqual(end('2025-12-31T00:00:00Z'), ['spec.expiresAt must be after the waiver is made']);
    match(end('2027-01-02T00:00:01Z')[0] ?? '', new RegExp(`at most ${waiverDaysMax} days`));
    match(end('2028-01-01T00:00:00Z', { spec: {} })[0] ?? '', /make another one/);
  });
});
