import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as model from '@backstage/catalog-model';
import {
  checkEntity,
  parseEntityRef,
  readEntityDocuments,
  relationsOf,
  stringifyEntityRef,
} from '../src/index.ts';
import { backstageVerdict, packageExamples } from './backstage-oracle.ts';
import { oddValues, samples, template, variationsOf, withValue } from './samples.ts';

/** Through YAML, as entities come. */
function throughYaml(value: unknown): unknown {
  return readEntityDocuments(JSON.stringify(value))[0]?.value;
}

/** Whether the only thing wrong is a reference, which Backstage finds later, when it makes relations. */
function onlyRefs(verdict: ReturnType<typeof checkEntity>): boolean {
  return !verdict.ok && verdict.errors.every((error) => error.includes('NAMESPACE/]NAME'));
}

describe('verdicts are those of @backstage/catalog-model', () => {
  for (const [kind, sample] of Object.entries(samples)) {
    test(`${kind}, with each field set to each odd value`, async () => {
      const cases = [sample, ...variationsOf(sample)];
      ok(cases.length > 500, `${cases.length}`);
      let valid = 0;
      for (const value of cases) {
        const verdict = checkEntity(throughYaml(value));
        const expected = await backstageVerdict(value);
        if (expected === 'valid') valid++;
        if (expected === 'valid' && onlyRefs(verdict)) continue;
        equal(verdict.ok ? 'valid' : 'invalid', expected, JSON.stringify({ value, verdict }));
      }
      ok(valid > 20 && valid < cases.length - 100, `${valid} of ${cases.length}`);
    });
  }

  test('the examples of the package', async () => {
    const examples = packageExamples();
    ok(examples.length >= 8, `${examples.length}`);
    for (const example of examples) {
      const { kind } = example as { kind: string };
      // The package knows this kind; the builtin kinds of its backend do not.
      const expected = await backstageVerdict(example);
      equal(checkEntity(example).ok ? 'valid' : 'invalid', expected, kind);
    }
  });
});

test('what is no object is no entity', () => {
  for (const value of [null, undefined, [], 'a', 1]) equal(checkEntity(value).ok, false);
});

test('errors name field, value and remedy', () => {
  const wrong = { ...samples['Component'], metadata: { name: 'a b' }, extra: 1 };
  const verdict = checkEntity(wrong);
  deepEqual(verdict.ok ? [] : verdict.errors, [
    'extra: Forbidden: an entity has apiVersion, kind, metadata, spec and nothing else',
    'metadata.name: Invalid value: "a b": expected letters and digits, separated by any of - _ and ., at most 63 characters',
  ]);
});

describe('templates', () => {
  const judged = (path: string, value: unknown): boolean =>
    checkEntity(withValue(template, ['spec', ...path.split('.')], value)).ok;

  test('a whole one is valid, and one with a form of one page', () => {
    deepEqual(checkEntity(template), { ok: true, entity: template });
    equal(judged('parameters', { title: 'One' }), true);
    equal(judged('parameters', undefined), true);
  });

  test('type and steps are required; the fields have the types of its schema', () => {
    for (const [path, value] of [
      ['type', undefined],
      ['type', ''],
      ['steps', undefined],
      ['steps', {}],
      ['steps', [{}]],
      ['steps', [{ action: 1 }]],
      ['steps', [{ action: 'a', if: 1 }]],
      ['steps', [{ action: 'a', input: [] }]],
      ['steps', [{ action: 'a', 'backstage:permissions': { tags: [1] } }]],
      ['parameters', null],
      ['parameters', 'a'],
      ['parameters', ['a']],
      ['parameters', [{ 'backstage:permissions': { tags: 'a' } }]],
      ['output', []],
      ['output', { links: [{ url: '' }] }],
      ['output', { text: [{ if: 3 }] }],
      ['owner', 'a:'],
    ] as const) {
      equal(judged(path, value), false, `${path} ${JSON.stringify(value)}`);
    }
  });
});

describe('references', () => {
  const texts = [
    'a',
    'a/b',
    'k:a',
    'k:a/b',
    'K:A/B',
    'a/b:c',
    ':a',
    '/a',
    'a:',
    'a/',
    '',
    'k:/a',
    'a:b:c',
    'a/b/c',
  ];
  const refOr = (read: () => unknown): unknown => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };

  test('are read as Backstage reads them, with and without a kind that stands in', () => {
    for (const text of [...texts, ...oddValues.filter((value) => typeof value === 'string')]) {
      for (const kind of [undefined, 'Group']) {
        const context = { defaultNamespace: 'own', ...(kind === undefined ? {} : { defaultKind: kind }) };
        const expected = refOr(() => model.parseEntityRef(text, context));
        const found = parseEntityRef(text, { namespace: 'own', ...(kind === undefined ? {} : { kind }) });
        deepEqual(found, expected, text);
        if (found) equal(stringifyEntityRef(found), model.stringifyEntityRef(found));
      }
    }
  });
});

test('relations are declared by the fields of the kinds, in the namespace of the entity', () => {
  const declared = Object.values({ ...samples, template }).flatMap((entity) =>
    relationsOf(entity).map(({ source, type, target, reverse }) => `${source} ${type}/${reverse} ${target}`),
  );
  deepEqual(declared, [
    'component:shop/payments ownedBy/ownerOf group:default/pay',
    'component:shop/payments partOf/hasPart component:shop/checkout',
    'component:shop/payments providesApi/apiProvidedBy api:shop/pay-api',
    'component:shop/payments consumesApi/apiConsumedBy api:default/bank-api',
    'component:shop/payments dependsOn/dependencyOf resource:shop/db',
    'component:shop/payments dependsOn/dependencyOf component:default/ledger',
    'component:shop/payments partOf/hasPart system:shop/shop',
    'api:default/pay-api ownedBy/ownerOf group:default/pay',
    'api:default/pay-api partOf/hasPart system:default/shop',
    'resource:default/db ownedBy/ownerOf user:default/ann',
    'resource:default/db dependsOn/dependencyOf resource:default/disk',
    'resource:default/db partOf/hasPart system:default/shop',
    'system:default/shop ownedBy/ownerOf group:default/pay',
    'system:default/shop partOf/hasPart domain:default/sales',
    'domain:default/sales ownedBy/ownerOf group:default/pay',
    'domain:default/sales partOf/hasPart domain:default/company',
    'group:default/pay childOf/parentOf group:default/all',
    'group:default/pay parentOf/childOf group:default/cards',
    'group:default/pay hasMember/memberOf user:default/ann',
    'user:default/ann memberOf/hasMember group:default/pay',
    'template:default/new-service ownedBy/ownerOf group:default/pay',
  ]);
});
