import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePlan, planDigest, printJson, redactPlan } from '../src/index.ts';
import { allThatIsShown, read } from './plan-sample.ts';

const key = Buffer.from('0123456789abcdef');

/** A value with its marks: each leaf is public, secret, unknown, or has a secret in it without a mark. */
interface Tree {
  readonly value: unknown;
  readonly sensitive: unknown;
  readonly unknown: unknown;
}

const secrets = fc.uniqueArray(
  fc
    .tuple(fc.string({ minLength: 3, maxLength: 12, unit: 'binary' }), fc.nat())
    .map(([text, n]) => `§${text}-${n}`),
  { minLength: 1, maxLength: 3 },
);

function treeOf(secret: readonly string[]): fc.Arbitrary<Tree> {
  const one = fc.constantFrom(...secret);
  const names = fc.oneof(fc.constantFrom('a', 'b', 'tags', '0', '__proto__', 'toString'), one);
  const open = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const copy = fc.oneof(
    one,
    one.map((text) => `before ${text} after`),
    one.map((text) => Buffer.from(text).toString('base64')),
    one.map((text) => JSON.stringify({ list: [text] })),
  );
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      open.map((value) => ({ value, sensitive: false, unknown: false })),
      copy.map((value) => ({ value, sensitive: false, unknown: false })),
      one.map((value) => ({ value, sensitive: true, unknown: false })),
      one.map((name) => ({ value: { [name]: 1 }, sensitive: true, unknown: { [`${name}x`]: true } })),
      fc.constant({ value: undefined, sensitive: false, unknown: true }),
      fc.array(tie('tree'), { maxLength: 3 }).map((children) => ({
        value: children.map(({ value }) => value ?? null),
        sensitive: children.map(({ sensitive }) => sensitive),
        unknown: children.map(({ unknown }) => unknown),
      })),
      fc.array(fc.tuple(names, tie('tree')), { maxLength: 3 }).map((members) => ({
        value: Object.fromEntries(members.map(([name, { value }]) => [name, value])),
        sensitive: Object.fromEntries(members.map(([name, { sensitive }]) => [name, sensitive])),
        unknown: Object.fromEntries(members.map(([name, { unknown }]) => [name, unknown])),
      })),
    ),
  })).tree;
}

const action = fc.constantFrom(
  ['create'],
  ['update'],
  ['delete'],
  ['delete', 'create'],
  ['no-op'],
  ['read'],
  ['forget'],
);

/** A plan as text, and the secrets that it says it has. */
const plans = secrets.chain((secret) => {
  const tree = treeOf(secret);
  const change = fc
    .record({ actions: action, before: tree, after: tree })
    .map(({ actions, before, after }) => ({
      actions,
      before: before.value ?? null,
      before_sensitive: before.sensitive,
      after: after.value,
      after_sensitive: after.sensitive,
      after_unknown: after.unknown,
    }));
  const resource = fc.record({ change, index: fc.constantFrom(...secret, 'plain') }).map((one) => ({
    address: `module.m.x_server.web[${JSON.stringify(one.index)}]`,
    module_address: 'module.m',
    mode: 'managed',
    type: 'x_server',
    name: 'web',
    ...one,
  }));
  return fc
    .record({
      resource_changes: fc.array(resource, { maxLength: 3 }),
      resource_drift: fc.array(resource, { maxLength: 1 }),
      output_changes: fc.dictionary(fc.constantFrom('o', ...secret), change, { maxKeys: 2 }),
      free: fc.array(tree, { maxLength: 2 }),
    })
    .map(({ free, ...changes }) => ({
      secret,
      // The variable is what makes each of them a secret, wherever it stands.
      text: JSON.stringify({
        format_version: '1.2',
        timestamp: '2026-11-22T01:27:29Z',
        ...changes,
        variables: { s: { value: secret }, v: { value: free.map(({ value }) => value) } },
        configuration: { root_module: { variables: { s: { sensitive: true } } } },
        checks: secret.map((text) => ({
          address: { to_display: `check.c[${JSON.stringify(text)}]` },
          status: 'fail',
          instances: [{ address: {}, status: 'fail', problems: [{ message: `found ${text}.` }] }],
        })),
        prior_state: {
          values: {
            root_module: { resources: free.map(({ value }) => ({ address: 'x.y', values: { value } })) },
          },
        },
      }),
    }));
});

test('no secret is left, wherever it is copied', () => {
  fc.assert(
    fc.property(plans, ({ text, secret }) => {
      const one = read(text);
      const shown = allThatIsShown(one);
      for (const each of secret) {
        const forms = [
          each,
          JSON.stringify(each).slice(1, -1),
          Buffer.from(each).toString('base64').replaceAll('=', ''),
        ];
        for (const form of forms) ok(!shown.includes(form), `${JSON.stringify(form)} is in ${shown}`);
      }
      const redacted = redactPlan(one);
      const stored = printJson(redacted.document);
      deepEqual(parsePlan(Buffer.from(stored)), redacted);
      equal(printJson(redactPlan(read(stored)).document), stored);
    }),
    { numRuns: 300 },
  );
});

/** The same JSON with the members of all objects the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, reversed(one)] as const)
      .reverse(),
  );
}

test('a digest does not depend on the order of members, nor on when a plan was made', () => {
  fc.assert(
    fc.property(plans, ({ text }) => {
      const digest = planDigest(read(text), key);
      const other = JSON.stringify(reversed(JSON.parse(text))).replace('2026-11-22T01', '2027-01-01T02');
      equal(planDigest(read(other), key), digest);
    }),
    { numRuns: 100 },
  );
});

test('a digest is another one for any other planned value', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const marks = fc.constantFrom({}, { v: true }, { w: true });
  const change = fc.record({ value: leaf, after_sensitive: marks, after_unknown: marks, before: leaf });
  const digestOf = ({ value, before, ...rest }: { value: unknown; before: unknown }): string =>
    planDigest(
      read(
        JSON.stringify({
          format_version: '1.2',
          resource_changes: [
            {
              address: 'x.y',
              mode: 'managed',
              type: 'x',
              name: 'y',
              change: { actions: ['update'], before: { v: before }, after: { v: value }, ...rest },
            },
          ],
        }),
      ),
      key,
    );
  fc.assert(
    fc.property(change, change, (a, b) => {
      equal(digestOf(a) === digestOf(b), JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 300 },
  );
});
