import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planView } from '../src/index.ts';
import { change, check, evaluate, planOf } from './plan-sample.ts';

const resource = (address: string, expressions: object): object => {
  const [type, name] = address.split('.').slice(-2);
  return { address, mode: 'managed', type, name, expressions };
};
const bucket = { references: ['x_bucket.a.id', 'x_bucket.a'] };
const block = (index: string | number | undefined, after: object, more: object = {}) =>
  change(
    { after },
    {
      address: `x_block.b${index === undefined ? '' : `[${JSON.stringify(index)}]`}`,
      type: 'x_block',
      name: 'b',
      index,
      ...more,
    },
  );

const blocked = check('change.referencedBy.exists(c, c.type == "x_block" && c.after.block)', {
  resources: ['x_bucket'],
});

describe('what refers to a resource', () => {
  const rootOf = (...resources: readonly object[]) => ({ configuration: { root_module: { resources } } });
  const root = rootOf(resource('x_bucket.a', {}), resource('x_block.b', { bucket }));

  test('is found by reference, and counts while it stays', () => {
    const verdict = (other: object | undefined) =>
      evaluate(blocked, planOf([change({}), ...(other ? [other] : [])], root)).findings[0]?.verdict ?? 'pass';
    equal(verdict(block(undefined, { block: true })), 'pass');
    equal(verdict(block(undefined, { block: false })), 'fail');
    equal(verdict(undefined), 'fail');
    const gone = change(
      { actions: ['delete'], before: { block: true }, after: null },
      { address: 'x_block.b', type: 'x_block', name: 'b' },
    );
    equal(verdict(gone), 'fail');
  });

  test('is told apart by the keys of for_each; where these do not tell it, it is unknown', () => {
    const buckets = ['x', 'y'].map((index) => change({}, { address: `x_bucket.a["${index}"]`, index }));
    const verdicts = (...others: readonly object[]) =>
      evaluate(blocked, planOf([...buckets, ...others], root)).findings.map(
        ({ address, verdict, unknown }) => [address, verdict, unknown],
      );
    deepEqual(verdicts(block('x', { block: true }), block('y', { block: true })), []);
    deepEqual(verdicts(block('x', { block: true }), block('y', { block: false })), [
      ['x_bucket.a["y"]', 'fail', []],
    ]);
    deepEqual(verdicts(block('x', { block: true })), [['x_bucket.a["y"]', 'fail', []]]);
    deepEqual(verdicts(block(0, { block: true })), [
      ['x_bucket.a["x"]', 'unknown', ['x_block.b']],
      ['x_bucket.a["y"]', 'unknown', ['x_block.b']],
    ]);
  });

  test('is followed through variables and outputs of modules, and stays within an instance of its module', () => {
    const inner = {
      resources: [
        resource('x_bucket.a', {}),
        resource('x_block.b', { bucket, key: { references: ['var.key'] } }),
      ],
      outputs: { id: { expression: { references: ['x_bucket.a.id', 'x_bucket.a'] } } },
    };
    const configuration = {
      root_module: {
        resources: [
          resource('x_key.k', {}),
          resource('x_log.l', {
            rule: [{ target: { references: ['module.m["one"].id', 'module.m["one"]', 'module.m'] } }],
          }),
          resource('x_self.s', {
            a: { references: ['var.top', 'local.x', 'each.key', 'data.x_image.i.id'] },
          }),
        ],
        module_calls: {
          m: { expressions: { key: { references: ['x_key.k.id', 'x_key.k'] } }, module: inner },
        },
      },
    };
    const within = (one: string, type: string, name: string) =>
      change(
        { after: { block: one === 'one' } },
        {
          address: `module.m["${one}"].${type}.${name}`,
          module_address: `module.m["${one}"]`,
          type,
          name,
        },
      );
    const plan = planOf(
      [
        within('one', 'x_bucket', 'a'),
        within('one', 'x_block', 'b'),
        within('two', 'x_bucket', 'a'),
        within('two', 'x_block', 'b'),
        change({}, { address: 'x_key.k', type: 'x_key', name: 'k' }),
        change({}, { address: 'x_log.l', type: 'x_log', name: 'l' }),
        change({}, { address: 'x_self.s', type: 'x_self', name: 's' }),
      ],
      { configuration },
    );
    deepEqual(
      planView(plan).changes.map(({ address, references }) => [address, references]),
      [
        ['module.m["one"].x_bucket.a', {}],
        ['module.m["one"].x_block.b', { bucket: ['module.m.x_bucket.a'], key: ['x_key.k'] }],
        ['module.m["two"].x_bucket.a', {}],
        ['module.m["two"].x_block.b', { bucket: ['module.m.x_bucket.a'], key: ['x_key.k'] }],
        ['x_key.k', {}],
        ['x_log.l', { rule: ['module.m.x_bucket.a'] }],
        ['x_self.s', { a: ['data.x_image.i'] }],
      ],
    );
    deepEqual(
      evaluate(blocked, plan).findings.map(({ address }) => address),
      ['module.m["two"].x_bucket.a'],
    );
  });

  test('may go round in circles', () => {
    const circular = {
      configuration: {
        root_module: {
          resources: [resource('x_bucket.a', { self: { references: ['module.m.out'] } })],
          module_calls: {
            m: {
              expressions: { in: { references: ['module.m.out'] } },
              module: { outputs: { out: { expression: { references: ['var.in', 'var.in'] } } } },
            },
          },
        },
      },
    };
    deepEqual(planView(planOf([change({})], circular)).changes[0]?.references, {});
  });
});
