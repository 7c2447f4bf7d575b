import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusals, served, submit } from '../../builtin/test/submit.ts';
import { type Draft, draft, version } from './sample.ts';

const target = served('CustomResourceDefinition');
const v0 = 'spec.versions[0]';

function withSchema(schema: Draft): Draft {
  return draft({ spec: { versions: [version('v1', { schema: { openAPIV3Schema: schema } })] } });
}

function withVersion(changes: Draft): Draft {
  return draft({ spec: { versions: [version('v1', changes)] } });
}

function column(changes: Draft): Draft {
  return withVersion({
    additionalPrinterColumns: [{ name: 'Color', type: 'string', jsonPath: '.spec.color', ...changes }],
  });
}

const scale = (changes: Draft): Draft =>
  withVersion({
    subresources: {
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', ...changes },
    },
  });

const selectable = (...paths: string[]): Draft =>
  withVersion({ selectableFields: paths.map((jsonPath) => ({ jsonPath })) });

/** What is submitted, and how each line of the answer starts; the lines must be as many. */
const bad: readonly [string, Draft, readonly string[]][] = [
  [
    'name',
    draft({ metadata: { name: 'x.y.z' } }),
    ['metadata.name: Invalid value: "x.y.z": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'group without dot',
    draft({ metadata: { name: 'widgets.shop' }, spec: { group: 'shop' } }),
    ['spec.group: Invalid value: "shop": should be a domain with at least one dot'],
  ],
  [
    'plural with capitals',
    draft({ names: { plural: 'Widgets' }, metadata: { name: 'widgets.shop.example.com' } }),
    ['metadata.name: ', 'spec.names.plural: Invalid value: "Widgets": a DNS-1035 label must consist of'],
  ],
  [
    'kind with a dash at the end',
    draft({ names: { kind: 'Widget-' } }),
    [
      'spec.names.singular: ',
      'spec.names.kind: Invalid value: "Widget-": may have mixed case, but should otherwise match: a DNS-1035 label',
    ],
  ],
  [
    'listKind like kind',
    draft({ names: { listKind: 'Widget' } }),
    ['spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same'],
  ],
  [
    'short name and category',
    draft({ names: { shortNames: ['ok', 'No'], categories: ['1'] } }),
    ['spec.names.shortNames[1]: ', 'spec.names.categories[0]: '],
  ],
  [
    'scope',
    draft({ spec: { scope: 'Global' } }),
    ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'no kind',
    draft({ names: { kind: '' } }),
    ['spec.names.singular: Required', 'spec.names.kind: Required', 'spec.names.listKind: Required'],
  ],
  [
    'no storage version',
    withVersion({ storage: false }),
    ['spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version'],
  ],
  [
    'two storage versions',
    draft({ spec: { versions: [version('v1'), version('v2')] } }),
    ['spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version'],
  ],
  [
    'nothing served',
    withVersion({ served: false }),
    ['spec.versions: Invalid value: ["v1"]: must have at least one version that is served'],
  ],
  [
    'same version twice',
    draft({ spec: { versions: [version('v1'), version('v1', { storage: false })] } }),
    ['spec.versions: Invalid value: ["v1","v1"]: must contain unique version names'],
  ],
  [
    'version name',
    draft({ spec: { versions: [version('V1')] } }),
    [`${v0}.name: Invalid value: "V1": a DNS-1035 label`],
  ],
  ['no versions', draft({ spec: { versions: [] } }), ['spec.versions: ', 'spec.versions: ']],
  [
    'too many versions',
    draft({
      spec: { versions: Array.from({ length: 33 }, (_, i) => version(`v${i + 1}`, { storage: i === 0 })) },
    }),
    ['spec.versions: Too many: 33: must have at most 32 items'],
  ],
  [
    'no schema',
    withVersion({ schema: {} }),
    [`${v0}.schema.openAPIV3Schema: Required value: schemas are required`],
  ],
  [
    'root type',
    withSchema({ type: 'string' }),
    [`${v0}.schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root`],
  ],
  [
    'field without type',
    withSchema({ type: 'object', properties: { spec: { properties: { a: {} } } } }),
    [
      `${v0}.schema.openAPIV3Schema.properties[spec].properties[a].type: Required`,
      `${v0}.schema.openAPIV3Schema.properties[spec].type: Required`,
    ],
  ],
  [
    'nullable root',
    withSchema({ type: 'object', nullable: true }),
    [`${v0}.schema.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root`],
  ],
  [
    'a default that breaks the schema',
    withSchema({ type: 'object', properties: { a: { type: 'string', default: 1 } } }),
    [`${v0}.schema.openAPIV3Schema.properties[a].default`],
  ],
  [
    'list map without keys',
    withSchema({
      type: 'object',
      properties: { l: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } },
    }),
    [`${v0}.schema.openAPIV3Schema.properties[l].x-kubernetes-list-map-keys: Required`],
  ],
  [
    'properties and additionalProperties',
    withSchema({
      type: 'object',
      properties: {
        m: {
          type: 'object',
          properties: { a: { type: 'string' } },
          additionalProperties: { type: 'string' },
        },
      },
    }),
    [`${v0}.schema.openAPIV3Schema.properties[m].additionalProperties: Forbidden`],
  ],
  [
    '$ref',
    withSchema({ type: 'object', properties: { a: { $ref: '#/x', type: 'string' } } }),
    [`${v0}.schema.openAPIV3Schema.properties[a].$ref: Forbidden`],
  ],
  [
    'oneOf beside status',
    withVersion({
      subresources: { status: {} },
      schema: {
        openAPIV3Schema: {
          type: 'object',
          oneOf: [{ required: ['spec'] }],
          properties: { spec: { type: 'object' } },
        },
      },
    }),
    [`${v0}.schema.openAPIV3Schema: Invalid value: `],
  ],
  [
    'a webhook that would be needed',
    draft({
      spec: {
        conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } },
        versions: [version('v1'), version('v2', { storage: false })],
      },
    }),
    [
      'spec.conversion.strategy: Invalid value: "Webhook": conversion webhooks are not called; set the strategy to None',
    ],
  ],
  [
    'an unknown strategy',
    draft({ spec: { conversion: { strategy: 'Magic' } } }),
    ['spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"'],
  ],
  [
    'a webhook that is not used',
    draft({ spec: { conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } } }),
    ['spec.conversion.webhook: Forbidden'],
  ],
  [
    'preserveUnknownFields',
    draft({ spec: { preserveUnknownFields: true } }),
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'protected group',
    draft({ metadata: { name: 'widgets.shop.k8s.io' }, spec: { group: 'shop.k8s.io' } }),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'protected group, odd approval',
    draft({
      metadata: { name: 'widgets.shop.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
      spec: { group: 'shop.k8s.io' },
    }),
    ['metadata.annotations[api-approved.kubernetes.io]: Invalid value: "yes"'],
  ],
  [
    'column type',
    column({ type: 'text' }),
    [
      `${v0}.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string`,
    ],
  ],
  [
    'column format',
    column({ format: 'hex' }),
    [`${v0}.additionalPrinterColumns[0].format: Invalid value: "hex"`],
  ],
  [
    'column path',
    column({ jsonPath: 'spec.color' }),
    [
      `${v0}.additionalPrinterColumns[0].jsonPath: Invalid value: "spec.color": must be a simple json path starting with .`,
    ],
  ],
  [
    'column path that does not parse',
    column({ jsonPath: '.spec[?(' }),
    [`${v0}.additionalPrinterColumns[0].jsonPath: Invalid value: ".spec[?(": is an invalid path`],
  ],
  ['column without name', column({ name: '' }), [`${v0}.additionalPrinterColumns[0].name: Required value`]],
  [
    'scale outside spec',
    scale({ specReplicasPath: '.status.replicas' }),
    [
      `${v0}.subresources.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec`,
    ],
  ],
  [
    'scale outside status',
    scale({ statusReplicasPath: '.spec.replicas' }),
    [
      `${v0}.subresources.scale.statusReplicasPath: Invalid value: ".spec.replicas": should be a json path under .status`,
    ],
  ],
  [
    'scale with an index',
    scale({ labelSelectorPath: '.status.a[0]' }),
    [
      `${v0}.subresources.scale.labelSelectorPath: Invalid value: ".status.a[0]": must be a json path in the dot notation`,
    ],
  ],
  [
    'scale selector elsewhere',
    scale({ labelSelectorPath: '.metadata.labels' }),
    [
      `${v0}.subresources.scale.labelSelectorPath: Invalid value: ".metadata.labels": should be a json path under either .status or .spec`,
    ],
  ],
  [
    'selectable field that is not there',
    selectable('.spec.colour'),
    [`${v0}.selectableFields[0].jsonPath: Invalid value: ".spec.colour": is an invalid path`],
  ],
  [
    'selectable number',
    selectable('.spec.size'),
    [
      `${v0}.selectableFields[0].jsonPath: Invalid value: ".spec.size": must point to a field of type string, boolean or integer`,
    ],
  ],
  [
    'selectable metadata, twice',
    selectable('.metadata.name', '.spec.color', '.spec.color'),
    [
      `${v0}.selectableFields[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata`,
      `${v0}.selectableFields[2].jsonPath: Duplicate value: ".spec.color"`,
    ],
  ],
  [
    'warning without deprecation',
    withVersion({ deprecationWarning: 'old' }),
    [`${v0}.deprecationWarning: Invalid value: "old": can only be set for deprecated versions`],
  ],
  [
    'warning with a line break',
    withVersion({ deprecated: true, deprecationWarning: 'a\nb' }),
    [
      `${v0}.deprecationWarning: Invalid value: "a\\nb": must only contain printable UTF-8 characters; non-printable character found at index 1`,
    ],
  ],
  [
    'warning too long',
    withVersion({ deprecated: true, deprecationWarning: 'x'.repeat(257) }),
    [`${v0}.deprecationWarning: Invalid value`],
  ],
];

for (const [what, body, expected] of bad) {
  test(`refused: ${what}`, () => {
    const lines = refusals(target, body);
    assert.equal(lines.length, expected.length, lines.join('\n'));
    expected.forEach((start, i) =>
      assert.ok(lines[i]?.startsWith(start), `${lines[i]}\ndoes not start with\n${start}`),
    );
  });
}

test('taken: defaults are filled in and the finalizer is added', () => {
  const { object, warnings } = submit(
    target,
    draft({ spec: { preserveUnknownFields: false, conversion: null } }),
  );
  const { names, conversion, preserveUnknownFields } = object['spec'] as Draft;
  assert.deepEqual(names, { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' });
  assert.deepEqual(conversion, { strategy: 'None' });
  assert.equal(preserveUnknownFields, undefined);
  assert.deepEqual(object.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
  assert.deepEqual(object['status'], { storedVersions: ['v1'] });
  assert.deepEqual(warnings, []);
});

test('taken: a webhook with a single version, an approval, a null default', () => {
  const webhook = { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://x.example' } };
  assert.deepEqual(refusals(target, draft({ spec: { conversion: { strategy: 'Webhook', webhook } } })), []);
  const annotations = { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/kubernetes/pull/1' };
  const approved = draft({
    metadata: { name: 'widgets.shop.k8s.io', annotations },
    spec: { group: 'shop.k8s.io' },
  });
  assert.deepEqual(refusals(target, approved), []);
  const schema = { type: 'object', properties: { a: { type: 'string', nullable: true, default: null } } };
  const { object } = submit(target, withSchema(schema));
  assert.match(JSON.stringify(object['spec']), /"default":null/);
});

test('an approval cannot be taken away', () => {
  const metadata = {
    name: 'widgets.shop.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
  };
  const { object: old } = submit(target, draft({ metadata, spec: { group: 'shop.k8s.io' } }));
  const taken = { ...old, metadata: { ...old.metadata, annotations: {} } };
  assert.match(
    refusals(target, taken, { old })[0] ?? '',
    /^metadata.annotations\[api-approved.kubernetes.io\]: Required/,
  );
});

test('unknown fields of a schema are warned of', () => {
  const spec = { type: 'object', properties: { color: { type: 'string', colour: 1 } } };
  const { warnings } = submit(target, withSchema({ type: 'object', properties: { spec } }));
  assert.deepEqual(warnings, [
    `unknown field "${v0}.schema.openAPIV3Schema.properties.spec.properties.color.colour"`,
  ]);
});

test('updates: what is immutable, and what must stay stored', () => {
  const { object: old } = submit(target, draft());
  const established = {
    type: 'Established',
    status: 'True',
    reason: 'r',
    message: 'm',
    lastTransitionTime: '2026-05-01T11:00:00Z',
  };
  old['status'] = { storedVersions: ['v1'], conditions: [established] };
  const moved = {
    ...draft({ names: { kind: 'Gadget' }, spec: { scope: 'Cluster' } }),
    status: old['status'],
  };
  assert.deepEqual(refusals(target, moved, { old }), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Gadget": field is immutable',
  ]);
  const dropped = { ...draft({ spec: { versions: [version('v2')] } }), status: old['status'] };
  const [line = '', ...more] = refusals(target, dropped, { old });
  assert.match(
    line,
    /^status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions; v1 was previously/,
  );
  assert.deepEqual(more, []);
  const added = {
    ...draft({ spec: { versions: [version('v1', { storage: false }), version('v2')] } }),
    status: old['status'],
  };
  const { object } = submit(target, added, { old });
  assert.deepEqual((object['status'] as Draft)['storedVersions'], ['v1', 'v2']);
});
