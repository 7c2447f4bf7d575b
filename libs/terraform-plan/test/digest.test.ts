import { equal, notEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, PlanError, planDigest, redactPlan } from '../src/index.ts';
import { plan, resource } from './plan-sample.ts';

const key = Buffer.from('0123456789abcdef');
const other = Buffer.from('fedcba9876543210');

const secret = (value: unknown, after_unknown: object = {}): Plan =>
  plan({
    resource_changes: [resource({ after: { s: value }, after_sensitive: { s: true }, after_unknown })],
  });

test('the digest of secrets depends on the key, that of all else does not', () => {
  equal(planDigest(secret('one'), key), planDigest(secret('one'), key));
  notEqual(planDigest(secret('one'), key), planDigest(secret('two'), key));
  notEqual(planDigest(secret('one'), key), planDigest(secret('one'), other));
  const open = plan({ resource_changes: [resource({ after: { a: 1 } })] });
  equal(planDigest(open, key), planDigest(open, other));
});

test('what is unknown within a secret is part of it', () => {
  notEqual(planDigest(secret({ a: 1 }), key), planDigest(secret({ a: 1 }, { s: { b: true } }), key));
});

test('copies of a secret are no way around the key', () => {
  const copied = (text: string): Plan =>
    plan({
      resource_drift: [resource({ after: { s: text }, after_sensitive: { s: true } })],
      resource_changes: [resource({ after: { url: `db://${text}@h` } })],
    });
  notEqual(planDigest(copied('one-secret'), key), planDigest(copied('one-secret'), other));
});

test('addresses, actions, imports and moves count; what does nothing does not', () => {
  const base = { actions: ['update'], after: { a: 1 } };
  const digestOf = (change: object, more: object = {}, members: object = {}): string =>
    planDigest(plan({ resource_changes: [resource(change, more)], ...members }), key);
  const digest = digestOf(base);
  const others = [
    digestOf({ ...base, actions: ['create'] }),
    digestOf({ ...base, actions: ['create', 'delete'] }),
    digestOf({ ...base, actions: ['delete', 'create'] }),
    digestOf({ ...base, before: { a: 0 } }),
    digestOf({ ...base, after_unknown: { b: true } }),
    digestOf({ ...base, importing: { id: 'i' } }),
    digestOf(base, { address: 'x.y' }),
    digestOf(base, { previous_address: 'x.y' }),
    digestOf(base, { deposed: '1a' }),
    digestOf(base, {}, { output_changes: { o: { actions: ['create'], after: 1 } } }),
    digestOf(base, {}, { errored: true }),
    digest,
  ];
  equal(new Set(others).size, others.length);
  const idle = { output_changes: { o: { actions: ['no-op'], after: 1 } }, timestamp: '2026-01-01T00:00:00Z' };
  equal(digestOf(base, {}, { ...idle, resource_drift: [resource({})] }), digest);
  const unchanged = resource({ actions: ['no-op'] }, { address: 'x.z' });
  equal(planDigest(plan({ resource_changes: [unchanged, resource(base)] }), key), digest);
});

test('a redacted plan and a short key are refused', () => {
  throws(() => planDigest(redactPlan(secret('one')), key), PlanError);
  throws(() => planDigest(secret('one'), Buffer.alloc(15)), RangeError);
});
