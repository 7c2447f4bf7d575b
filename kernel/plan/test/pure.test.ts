import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { draft } from '../../control/draft.ts';
import { canonicalJson } from '../canonical-json.ts';
import { durationMs } from '../duration.ts';
import { diffFields, isBelow, pathText } from '../field-diff.ts';
import { fitsGlob } from '../glob.ts';
import { planKind } from '../plan-kind.ts';
import { commitment } from '../plan-record.ts';
import { isExempt, type PolicyChange, ruleFits } from '../policy-match.ts';
import { findReferences } from '../references.ts';

describe('fitsGlob', () => {
  test('agrees with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const source = glob
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        equal(fitsGlob(glob, value), new RegExp(`^${source}$`).test(value), `${glob} on ${value}`);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('canonicalJson', () => {
  test('is one text for equal values, and the value again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        // JSON knows no negative zero.
        deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        equal(canonicalJson(shuffled(JSON.parse(JSON.stringify(value)))), text);
      }),
    );
  });

  test('orders members by UTF-16 code units', () => {
    // Spec: RFC 8785, 3.2.3, the example of its sorting.
    const sample = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    equal(
      canonicalJson(sample),
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    );
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe('diffFields', () => {
  const schema = {
    properties: {
      spec: {
        properties: {
          ports: {
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
            items: { properties: { name: {} } },
          },
          tags: { 'x-kubernetes-list-type': 'set' },
          selector: { 'x-kubernetes-map-type': 'atomic' },
        },
      },
    },
  };
  const diff = (before: unknown, after: unknown): string[] =>
    diffFields({ spec: before }, { spec: after }, schema).map(
      (change) =>
        `${pathText(change.segments)} ${JSON.stringify(change.before)} ${JSON.stringify(change.after)}`,
    );

  test('finds items of lists by their keys, whatever their order', () => {
    const one = { port: 80, protocol: 'TCP', name: 'web' };
    const two = { port: 53, protocol: 'UDP', name: 'dns' };
    deepEqual(diff({ ports: [one, two] }, { ports: [two, one] }), []);
    deepEqual(diff({ ports: [one, two] }, { ports: [{ ...one, name: 'http' }] }), [
      'spec.ports[port=80,protocol=TCP].name "web" "http"',
      'spec.ports[port=53,protocol=UDP].port 53 undefined',
      'spec.ports[port=53,protocol=UDP].protocol "UDP" undefined',
      'spec.ports[port=53,protocol=UDP].name "dns" undefined',
    ]);
  });

  test('compares sets by members, and what one manager owns as a whole', () => {
    deepEqual(diff({ tags: ['a', 'b'] }, { tags: ['b', 'c'] }), [
      'spec.tags[="a"] "a" undefined',
      'spec.tags[="c"] undefined "c"',
    ]);
    deepEqual(diff({ list: [1, 2] }, { list: [2, 1] }), ['spec.list [1,2] [2,1]']);
    deepEqual(diff({ selector: { a: 1 } }, { selector: { a: 2 } }), ['spec.selector {"a":1} {"a":2}']);
    deepEqual(diff({ map: { 'a.b/c': 1 } }, { map: {} }), ['spec.map[a.b/c] 1 undefined']);
    deepEqual(diff({ ports: [{ name: 'no key' }] }, { ports: [] }), ['spec.ports [{"name":"no key"}] []']);
  });

  test('finds nothing between equal values and something between others', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        deepEqual(diffFields({ x: before }, { x: before }, {}), []);
        const isSame = canonicalJson(before) === canonicalJson(after);
        equal(diffFields({ x: before }, { x: after }, {}).length === 0, isSame);
      }),
    );
  });

  test('knows what lies below a pattern', () => {
    equal(isBelow(['spec', 'zone'], ['spec.zone']), true);
    equal(isBelow(['spec', 'disk', 'type'], ['spec.disk']), true);
    equal(isBelow(['spec', 'nodes', '[name=a]', 'zone'], ['spec.nodes.*.zone']), true);
    equal(isBelow(['spec', 'zones'], ['spec.zone']), false);
    equal(isBelow(['spec'], ['spec.zone']), false);
  });
});

describe('policies', () => {
  const change = (more: Partial<PolicyChange> = {}): PolicyChange => ({
    operation: 'update',
    group: '',
    kind: 'ConfigMap',
    namespace: 'prod-eu',
    namespaceLabels: () => ({ env: 'prod' }),
    ...more,
  });

  test('match when all fields of a rule fit', () => {
    equal(ruleFits({}, change()), true);
    equal(ruleFits({ kinds: ['Config*'], namespaces: ['prod-*'], operations: ['update'] }, change()), true);
    equal(ruleFits({ kinds: ['Secret'] }, change()), false);
    equal(ruleFits({ namespaces: ['dev-*'] }, change()), false);
    equal(ruleFits({ operations: ['delete'] }, change()), false);
    equal(ruleFits({ apiGroups: ['apps'] }, change()), false);
    equal(ruleFits({ apiGroups: [''] }, change()), true);
    equal(ruleFits({ namespaceSelector: { matchLabels: { env: 'prod' } } }, change()), true);
    equal(ruleFits({ namespaceSelector: { matchLabels: { env: 'dev' } } }, change()), false);
    equal(ruleFits({ namespaces: ['*'] }, change({ namespace: '' })), false);
    equal(ruleFits({}, change({ namespace: '' })), true);
  });

  test('never match what plans and their books are made of', () => {
    for (const kind of ['Plan', 'Approval', 'Drift'])
      equal(ruleFits({}, change({ group: 'plinth.dev', kind })), false);
    equal(ruleFits({ kinds: ['Event'] }, change({ kind: 'Event' })), false);
    equal(ruleFits({}, change({ group: 'plinth.dev', kind: 'ChangePolicy' })), true);
  });

  test('exempt the kernel always, and controllers unless they say otherwise', () => {
    const user = (username: string, ...groups: string[]) => ({ username, groups });
    equal(isExempt({ match: [] }, user('system:plinth:workspace')), true);
    equal(isExempt({ match: [] }, user('anna', 'system:masters')), false);
    equal(isExempt({ match: [], exempt: {} }, user('system:plinth:workspace')), false);
    equal(isExempt({ match: [], exempt: {} }, user('system:plinth')), true);
    equal(isExempt({ match: [], exempt: { groups: ['on-call*'] } }, user('anna', 'on-call-eu')), true);
  });
});

test('a plan shows why it was made, in the wide columns', () => {
  const reason = planKind({}).columns?.find(({ name }) => name === 'Reason');
  ok(reason && typeof reason.cell === 'function');
  const plan = (annotations?: Record<string, string>) =>
    draft(
      'plinth.dev/v1alpha1',
      'Plan',
      { name: 'p', ...(annotations ? { annotations } : {}) },
      { spec: {} },
    );
  deepEqual(
    [
      reason.priority,
      reason.cell(plan({ 'plinth.dev/reason': 'found not as declared' }), 0),
      reason.cell(plan(), 0),
    ],
    [1, 'found not as declared', ''],
  );
});

describe('findReferences', () => {
  const target = (kind: string, name: string, namespace?: string) => ({
    ref: { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) },
    key: `${kind}/${name}`,
    uid: name,
    isDeleted: false,
  });
  const targets = [
    target('ConfigMap', 'settings', 'shop'),
    target('Secret', 'db', 'shop'),
    target('Stack', 'network'),
  ];
  const byName = Map.groupBy(targets, ({ ref }) => ref.name);
  const fields = (spec: unknown, namespace = 'shop'): string[] =>
    findReferences(draft('v1', 'Pod', { name: 'p', namespace }, { spec }), byName).map(({ field }) => field);

  test('follows the conventions of references', () => {
    deepEqual(fields({ envFrom: [{ configMapRef: { name: 'settings' } }] }), [
      'spec.envFrom[0].configMapRef',
    ]);
    deepEqual(fields({ env: [{ valueFrom: { secretKeyRef: { name: 'db', key: 'x' } } }] }), [
      'spec.env[0].valueFrom.secretKeyRef',
    ]);
    deepEqual(fields({ volumes: [{ secret: { secretName: 'db' } }] }), ['spec.volumes[0].secret.secretName']);
    deepEqual(fields({ volumes: [{ configMap: { name: 'settings' } }] }), ['spec.volumes[0].configMap']);
    deepEqual(fields({ source: { kind: 'Stack', name: 'network' } }), ['spec.source']);
    deepEqual(fields({ stackRef: { name: 'network' } }), ['spec.stackRef']);
    deepEqual(fields({ settingsRef: { kind: 'ConfigMap', name: 'settings', namespace: 'shop' } }, 'other'), [
      'spec.settingsRef',
    ]);
  });

  test('takes nothing for a reference that only looks like one', () => {
    deepEqual(fields({ name: 'settings', title: 'db', settings: 'settings' }), []);
    deepEqual(fields({ secretRef: { name: 'settings' } }), []);
    deepEqual(fields({ configMapRef: { name: 'settings' } }, 'other'), []);
    deepEqual(fields({ ref: { kind: 'Secret', name: 'settings' } }), []);
  });
});

describe('small things', () => {
  test('durations', () => {
    equal(durationMs('8h'), 8 * 3_600_000);
    for (const bad of ['', '0s', '8', '1w', '-1h', '1h30m']) equal(durationMs(bad), undefined);
  });

  test('commitments are told apart by value, place and key', () => {
    const key = Buffer.from('k');
    const all = new Set([
      commitment(key, 'a', 'x'),
      commitment(key, 'a', 'y'),
      commitment(key, 'b', 'x'),
      commitment(Buffer.from('l'), 'a', 'x'),
    ]);
    equal(all.size, 4);
    equal(commitment(key, 'a', 'x'), commitment(key, 'a', 'x'));
  });
});
