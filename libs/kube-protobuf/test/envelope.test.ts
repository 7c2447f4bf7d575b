import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { decodeEnvelope, encodeEnvelope, protobufKinds, supportsProtobuf } from '../src/index.ts';
import { messageNamed, messageOfKind } from '../src/kinds.ts';
import type { Field, Message } from '../src/message.ts';

function decoded(bytes: Uint8Array): Record<string, unknown> {
  const result = decodeEnvelope(bytes);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value.object;
}

function encoded(object: Record<string, unknown>): Uint8Array {
  const result = encodeEnvelope(object);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

/** An envelope around any bytes. */
function envelope(
  apiVersion: string,
  kind: string,
  raw: Uint8Array,
  extra: [number, string][] = [],
): Uint8Array {
  const typeMeta = new BinaryWriter().tag(1, 2).string(apiVersion).tag(2, 2).string(kind).finish();
  const unknown = new BinaryWriter().tag(1, 2).bytes(typeMeta).tag(2, 2).bytes(raw);
  for (const [number, text] of extra) unknown.tag(number, WireType.LengthDelimited).string(text);
  return Buffer.concat([Buffer.from('k8s\0'), unknown.finish()]);
}

const METADATA = {
  name: 'x',
  namespace: 'ns',
  uid: 'u',
  generation: 3,
  creationTimestamp: '2024-02-29T12:34:56Z',
  deletionGracePeriodSeconds: 0,
  labels: { a: 'b', empty: '' },
  ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'o', uid: 'w', controller: false }],
  managedFields: [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '1969-12-31T23:59:59Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
    },
  ],
};

const OBJECTS: Record<string, unknown>[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: METADATA,
    immutable: false,
    data: { a: 'é' },
    binaryData: { b: 'AP8=' },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {},
    secrets: [{ name: 's' }],
    automountServiceAccountToken: false,
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 15,
      renewTime: '2024-01-02T03:04:05.000006Z',
      leaseTransitions: 0,
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod' },
    source: { component: 'c' },
    firstTimestamp: '2024-01-02T03:04:05Z',
    count: 2,
    eventTime: '2024-01-02T03:04:05.999999Z',
    series: { count: 1, lastObservedTime: '2024-01-02T03:04:05.000000Z' },
    reportingComponent: '',
    reportingInstance: 'i',
  },
  {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user: 'u', groups: ['g'], extra: { scopes: ['a', 'b'], none: [] } },
    status: { allowed: true, reason: 'r' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'u' },
    propagationPolicy: 'Foreground',
    dryRun: ['All'],
  },
  {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    reason: 'Conflict',
    details: { causes: [{ field: 'f' }] },
    code: 409,
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    metadata: { resourceVersion: '7', remainingItemCount: 0 },
    items: [{ metadata: { name: 'a' } }],
  },
];

for (const object of OBJECTS) {
  test(`round trip of a ${object['kind']}`, () => assert.deepEqual(decoded(encoded(object)), object));
}

test('a member named __proto__ is data', () => {
  const labels: unknown = JSON.parse('{"__proto__":"x"}');
  const object = decoded(encoded({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels } }));
  assert.equal(JSON.stringify(object['metadata']), '{"labels":{"__proto__":"x"}}');
});

test('unknown fields are skipped, the last value counts, messages merge', () => {
  const writer = new BinaryWriter().tag(99, 0).int32(5).tag(98, 2).string('?');
  writer.tag(1, 2).bytes(new BinaryWriter().tag(1, 2).string('old').tag(3, 2).string('ns').finish());
  writer.tag(1, 2).bytes(new BinaryWriter().tag(1, 2).string('new').finish());
  assert.deepEqual(decoded(envelope('v1', 'ConfigMap', writer.finish()))['metadata'], {
    name: 'new',
    namespace: 'ns',
  });
});

const metadata = (raw: Uint8Array) => new BinaryWriter().tag(1, 2).bytes(raw).finish();

const REFUSES: [string, Uint8Array, string, RegExp][] = [
  ['JSON', Buffer.from('{"kind":"ConfigMap"}'), 'not_envelope', /found 7b226b69/],
  ['nothing', new Uint8Array(), 'not_envelope', /found nothing/],
  [
    'an unknown kind',
    envelope('apps/v1', 'Deployment', new Uint8Array()),
    'unknown_kind',
    /Deployment of apps\/v1/,
  ],
  ['a kind of another version', envelope('v2', 'ConfigMap', new Uint8Array()), 'unknown_kind', /of v2/],
  ['no kind', envelope('', '', new Uint8Array()), 'unknown_kind', /without kind/],
  ['a content encoding', envelope('v1', 'ConfigMap', new Uint8Array(), [[3, 'gzip']]), 'unsupported', /gzip/],
  [
    'a content type',
    envelope('v1', 'ConfigMap', new Uint8Array(), [[4, 'application/json']]),
    'unsupported',
    /json/,
  ],
  [
    'a wrong wire type',
    envelope('v1', 'ConfigMap', Uint8Array.of(0x08, 0x01)),
    'malformed',
    /^metadata: wire type 0 found/,
  ],
  [
    'a length beyond the end',
    envelope('v1', 'ConfigMap', Uint8Array.of(0x0a, 0x7f)),
    'malformed',
    /^metadata: malformed protobuf/,
  ],
  [
    'an endless varint',
    envelope('v1', 'ConfigMap', Uint8Array.of(0x20, ...new Uint8Array(11).fill(0xff))),
    'malformed',
    /^immutable/,
  ],
  [
    'nested groups',
    envelope('v1', 'ConfigMap', new Uint8Array(5_000).fill(0x9b, 0)),
    'malformed',
    /malformed protobuf/,
  ],
  [
    'text that is no UTF-8',
    envelope('v1', 'ConfigMap', metadata(Uint8Array.of(0x0a, 1, 0xff))),
    'malformed',
    /^metadata.name: .*UTF-8/,
  ],
  [
    'an instant after the year 9999',
    envelope(
      'v1',
      'ConfigMap',
      metadata(
        new BinaryWriter()
          .tag(8, 2)
          .bytes(new BinaryWriter().tag(1, 0).int64(253402300800).finish())
          .finish(),
      ),
    ),
    'malformed',
    /^metadata.creationTimestamp: 253402300800 seconds/,
  ],
  [
    'an integer beyond 2^53',
    envelope(
      'v1',
      'ConfigMap',
      metadata(
        new BinaryWriter()
          .tag(7, 0)
          .int64(2n ** 60n)
          .finish(),
      ),
    ),
    'malformed',
    /^metadata.generation: 1152921504606847000 is too large/,
  ],
];

for (const [name, bytes, code, message] of REFUSES) {
  test(`refuses ${name}`, () => {
    const result = decodeEnvelope(bytes);
    assert.ok(!result.ok, 'should be refused');
    assert.equal(result.error.code, code, result.error.message);
    assert.match(result.error.message, message);
  });
}

test('deep field sets are refused', () => {
  const raw = Buffer.from(`${'{"a":'.repeat(2_000)}{}${'}'.repeat(2_000)}`);
  const fields = new BinaryWriter().tag(1, 2).bytes(raw).finish();
  const entry = new BinaryWriter().tag(7, 2).bytes(fields).finish();
  const meta = new BinaryWriter().tag(17, 2).bytes(entry).finish();
  const result = decodeEnvelope(envelope('v1', 'ConfigMap', metadata(meta)));
  assert.ok(!result.ok && result.error.code === 'limit');
  assert.equal(result.error.path, 'metadata.managedFields[0].fieldsV1');
});

const WRONG: [Record<string, unknown>, RegExp][] = [
  [{ data: { a: 1 } }, /^data\[a\]: expected a string, found a number/],
  [{ data: [] }, /^data: expected an object, found a list/],
  [{ binaryData: { a: '!' } }, /^binaryData\[a\]: the text is not base64/],
  [{ immutable: 'no' }, /^immutable: expected a boolean/],
  [{ metadata: { generation: 1.5 } }, /^metadata.generation: expected an integer/],
  [
    { metadata: { creationTimestamp: 'today' } },
    /^metadata.creationTimestamp: "today" is not an RFC 3339 instant/,
  ],
  [{ metadata: { finalizers: 'x' } }, /^metadata.finalizers: expected a list/],
];

for (const [members, message] of WRONG) {
  test(`does not encode ${JSON.stringify(members)}`, () => {
    const result = encodeEnvelope({ apiVersion: 'v1', kind: 'ConfigMap', ...members });
    assert.ok(!result.ok);
    assert.match(result.error.message, message);
  });
}

test('which kinds are supported, and the default kind', () => {
  assert.equal(supportsProtobuf('v1', 'ConfigMap'), true);
  assert.equal(supportsProtobuf('argoproj.io/v1', 'Rollout'), false);
  const defaultKind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const result = decodeEnvelope(envelope('', '', new Uint8Array()), { defaultKind });
  assert.deepEqual(result.ok && result.value.object, { ...defaultKind, metadata: {} });
});

// Values as the wire keeps them: what Go leaves out when zero is generated non-zero.
const name = fc.string({ minLength: 1, unit: 'binary' });

function scalar(type: string, zero: boolean): fc.Arbitrary<unknown> {
  const seconds = fc.integer({ min: -62_000_000_000, max: 253_000_000_000 });
  switch (type) {
    case 'string':
      return zero ? fc.string({ unit: 'binary' }) : name;
    case 'bool':
      return zero ? fc.boolean() : fc.constant(true);
    case 'int32':
      return fc.integer().filter((n) => zero || n !== 0);
    case 'int64':
      return fc.maxSafeInteger().filter((n) => zero || n !== 0);
    case 'bytes':
      return fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'Time':
      return seconds.map((s) => new Date(s * 1_000).toISOString().replace('.000Z', 'Z'));
    case 'MicroTime':
      return fc.tuple(seconds, fc.nat(999_999)).map(([s, micros]) => {
        const text = new Date(s * 1_000).toISOString().slice(0, 19);
        return `${text}.${String(micros).padStart(6, '0')}Z`;
      });
    case 'FieldsV1':
      return fc.dictionary(name, fc.constant({}), { noNullPrototype: true });
    case 'IntOrString':
      return fc.oneof(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }), fc.string());
    case 'StringList':
      return fc.array(fc.string(), { maxLength: 2 });
    default:
      return objectOf(messageNamed(type));
  }
}

function valueOf(field: Field): fc.Arbitrary<unknown> {
  if (field.shape === 'map') {
    const options = { minKeys: 1, maxKeys: 2, noNullPrototype: true };
    return fc.dictionary(name, scalar(field.type, true), options);
  }
  if (field.shape === 'list') {
    return fc.array(scalar(field.type, true), {
      minLength: field.presence === 'always' ? 0 : 1,
      maxLength: 2,
    });
  }
  return scalar(field.type, field.presence !== 'omitempty');
}

function objectOf(message: Message): fc.Arbitrary<Record<string, unknown>> {
  const required = message.fields.filter((field) => field.presence === 'always').map((field) => field.name);
  const model = Object.fromEntries(message.fields.map((field) => [field.name, valueOf(field)]));
  return fc.record(model, { requiredKeys: required, noNullPrototype: true });
}

for (const id of [...protobufKinds(), 'v1/Status', 'v1/DeleteOptions']) {
  test(`property: ${id} survives encoding and decoding`, () => {
    const [apiVersion, kind] = [id.slice(0, id.lastIndexOf('/')), id.slice(id.lastIndexOf('/') + 1)];
    const message = messageOfKind(apiVersion, kind);
    assert.ok(message !== undefined);
    fc.assert(
      fc.property(objectOf(message), (members) => {
        const object = { apiVersion, kind, ...members };
        assert.deepEqual(decoded(encoded(object)), object);
      }),
      { numRuns: 25 },
    );
  });
}

test('property: changed bytes are decoded or refused, never an exception', () => {
  const bytes = encoded(OBJECTS[0] ?? {});
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const changed = Uint8Array.from(bytes);
        for (const [index, byte] of changes) changed[index] = byte;
        decodeEnvelope(changed);
      },
    ),
    { numRuns: 2_000 },
  );
});
