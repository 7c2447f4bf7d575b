import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EncryptedStateError, parseState, readHeader, withSerial } from '../src/index.ts';

const state = (fields: object = {}): string =>
  JSON.stringify(
    {
      version: 4,
      terraform_version: '1.11.4',
      serial: 7,
      lineage: 'a-b',
      outputs: {},
      resources: [{}, {}],
      ...fields,
    },
    null,
    2,
  );

const refusal = (text: string | Uint8Array): string => {
  try {
    readHeader(Buffer.from(text));
    return 'none';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

test('a state says who wrote it, which version of what it is, and how much is in it', () => {
  const { serialAt, ...header } = readHeader(Buffer.from(state()));
  deepEqual(header, {
    terraformVersion: '1.11.4',
    serial: 7,
    lineage: 'a-b',
    resources: 2,
    isEncrypted: false,
  });
  equal(state().slice(...serialAt), '7');
});

test('another serial changes nothing else of the text', () => {
  const odd = state({ resources: [{ big: 1 }] }).replace(
    '"big": 1',
    '"big": 123456789012345678901234567890.10',
  );
  const bytes = Buffer.from(odd);
  const changed = withSerial(bytes, readHeader(bytes), 1_000_001).toString();
  equal(changed, odd.replace('"serial": 7', '"serial": 1000001'));
  equal(readHeader(Buffer.from(changed)).serial, 1_000_001);
});

test('of a state that OpenTofu has encrypted serial and lineage are known, and nothing else can be done with it', () => {
  const sealed = (fields: object = {}): Buffer =>
    Buffer.from(
      JSON.stringify({
        serial: 7,
        lineage: 'a-b',
        meta: { 'key_provider.pbkdf2.k': 'e30=' },
        encrypted_data: 'c2VhbGVk',
        encryption_version: 'v0',
        ...fields,
      }),
    );
  const { serialAt: _at, ...header } = readHeader(sealed());
  deepEqual(header, {
    terraformVersion: '',
    serial: 7,
    lineage: 'a-b',
    resources: 0,
    isEncrypted: true,
  });
  throws(() => withSerial(sealed(), readHeader(sealed()), 8), EncryptedStateError);
  throws(() => parseState(sealed()), EncryptedStateError);
  equal(
    refusal(sealed({ encryption_version: 'v1' })),
    'StateError: encryption_version: expected v0, found "v1"',
  );
  equal(
    refusal(sealed({ encrypted_data: undefined })),
    'StateError: encrypted_data: expected a text, found nothing',
  );
  equal(
    refusal(sealed({ serial: null })),
    'StateError: serial: expected a whole number from 0 to 2^53 - 1, found null',
  );
});

test('what is no state is refused with what was expected, and where', () => {
  equal(
    refusal(state({ version: 3 })),
    'StateError: version: expected 4, found 3; Terraform has written version 4 since 0.12, and OpenTofu always',
  );
  equal(
    refusal(state({ serial: -1 })),
    'StateError: serial: expected a whole number from 0 to 2^53 - 1, found -1',
  );
  equal(
    refusal(state({ serial: '7' })),
    'StateError: serial: expected a whole number from 0 to 2^53 - 1, found "7"',
  );
  equal(
    refusal(state({ serial: undefined })),
    'StateError: serial: expected a whole number from 0 to 2^53 - 1, found nothing',
  );
  equal(
    refusal(state().replace('"serial": 7', '"serial": 18446744073709551615')),
    'StateError: serial: expected a whole number from 0 to 2^53 - 1, found 18446744073709552000',
  );
  equal(
    refusal(state({ lineage: '' })),
    'StateError: lineage: expected a text of at most 256 characters, found ""',
  );
  ok(
    refusal(state({ lineage: 'x'.repeat(257) })).startsWith(
      'StateError: lineage: expected a text of at most 256',
    ),
  );
  equal(
    refusal(state({ terraform_version: 1 })),
    'StateError: terraform_version: expected a text of at most 256 characters, found 1',
  );
  equal(refusal(''), 'StateError: line 1, column 1: expected an object, found the end of the text');
  equal(refusal('[]'), 'StateError: line 1, column 1: expected an object, found "["');
  equal(refusal('{"serial":1,"serial":2}'), 'StateError: the member "serial" is there twice');
  equal(refusal('{"serial":1,"s\\u0065rial":2}'), 'StateError: the member "serial" is there twice');
  equal(refusal('{"a": [1, 2\n, }'), 'StateError: line 2, column 3: expected a value, found "}"');
  equal(refusal(Buffer.from([0x7b, 0x22, 0xff, 0x22])), 'StateError: the text is not UTF-8');
  equal(
    refusal(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`),
    'StateError: values are nested more than 256 deep',
  );
});

test('a text that is cut off anywhere is refused', () => {
  const whole = Buffer.from(
    state({ resources: [{ text: 'é\\"\n' }], outputs: { a: { value: -1.5e-3, t: [true, null] } } }),
  );
  for (let end = 0; end < whole.length; end++) {
    throws(() => readHeader(whole.subarray(0, end)), { name: 'StateError' }, `cut at ${end}`);
  }
  equal(readHeader(whole).serial, 7);
});

test('what JSON.parse takes is taken, and what it refuses is refused', () => {
  const json = fc.json({ maxDepth: 4 });
  const damage = fc.tuple(
    json,
    fc.nat(),
    fc.constantFrom('', '"', ',', '}', ']', '\\', '0', '-', '.', 'e', ' ', '\n', '\u0001', 'true'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        json,
        damage.map(([text, at, piece]) => splice(text, at, piece)),
      ),
      (value) => {
        const text = `{"version":4,"terraform_version":"","serial":1,"lineage":"l","value":${value}}`;
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const found = refusal(text);
        // A damaged value may bring members of its own.
        equal(
          found === 'none' ||
            found.includes('is there twice') ||
            found.startsWith('StateError: serial') ||
            found.startsWith('StateError: version'),
          isJson,
          `${text}: ${found}`,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

function splice(text: string, at: number, piece: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place + 1);
}
