import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExecError } from '../exec-error.ts';
import { Redactor } from '../redaction/redactor.ts';
import { secretForms } from '../redaction/secret-forms.ts';

/** How programs write a secret: the oracle's own encoders, none of which the code under test uses. */
const encoders: Record<string, (secret: Buffer, before: Buffer, after: Buffer) => string | Buffer> = {
  plain: (secret, before, after) => Buffer.concat([before, secret, after]),
  base64: (secret) => btoa(secret.toString('latin1')),
  'base64 in a larger text': (secret, before, after) =>
    btoa(Buffer.concat([before, secret, after]).toString('latin1')),
  base64url: (secret, before, after) => Buffer.concat([before, secret, after]).toString('base64url'),
  'base64 without padding': (secret) => btoa(secret.toString('latin1')).replaceAll('=', ''),
  hex: (secret, before, after) =>
    [...before, ...secret, ...after].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  HEX: (secret) => [...secret].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(''),
  'percent, all': (secret) => [...secret].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
};
const textEncoders: Record<string, (secret: string) => string> = {
  uriComponent: encodeURIComponent,
  uri: encodeURI,
  form: (secret) => new URLSearchParams({ secret }).toString(),
  'lower percent': (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  json: (secret) => JSON.stringify({ secret }),
  'json in json': (secret) => JSON.stringify(JSON.stringify({ secret })),
  'single quotes': (secret) => `'${secret.split("'").join("'\\''")}'`,
  'double quotes': (secret) => `"${[...secret].map((c) => ('\\"$`'.includes(c) ? `\\${c}` : c)).join('')}"`,
};

/** What a redacted text still has besides masks. */
function leftOf(clean: Buffer): string {
  return clean.toString('latin1').replaceAll('***', '');
}

async function redactIn(redactor: Redactor, text: Buffer, cuts: readonly number[]): Promise<Buffer> {
  const stream = redactor.stream();
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const place of [...places, text.length]) {
    pieces.push(stream.push(text.subarray(at, place)));
    at = place;
  }
  return Buffer.concat([...pieces, stream.end()]);
}

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const surroundings = fc.record({ before: bytes(0, 12), after: bytes(0, 12) });
const cuts = fc.array(fc.nat(400), { maxLength: 12 });

test('no encoding of random bytes gets through, however the output is cut', async () => {
  await fc.assert(
    fc.asyncProperty(bytes(6, 60), surroundings, cuts, async (secret, { before, after }, cuts) => {
      const redactor = await Redactor.create([secret]);
      for (const [how, encode] of Object.entries(encoders)) {
        const text = Buffer.from(encode(secret, before, after));
        const clean = await redactIn(redactor, text, cuts);
        // Besides the surroundings, at most the two characters of base64 that the secret shares with them, and padding.
        const around = Buffer.from(encode(Buffer.alloc(0), before, after)).length;
        assert.ok(leftOf(clean).length <= around + 4, `${how}: ${clean.toString('latin1')} is left`);
      }
    }),
    { numRuns: 60 },
  );
});

test('no encoding of random text gets through', async () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
    .filter((s) => s.trim().length > 5);
  await fc.assert(
    fc.asyncProperty(text, cuts, async (secret, cuts) => {
      const redactor = await Redactor.create([secret]);
      for (const [how, encode] of Object.entries(textEncoders)) {
        const encoded = Buffer.from(`before ${encode(secret)} after`);
        const clean = await redactIn(redactor, encoded, cuts);
        assert.equal(leftOf(clean), `before ${encode('')} after`, how);
      }
    }),
    { numRuns: 100 },
  );
});

test('the result is that of a dumb search, does not depend on the cuts, and leaves other bytes alone', async () => {
  // Few different bytes, so that secrets overlap, repeat and contain each other.
  const few = (minLength: number, maxLength: number) =>
    fc.array(fc.constantFrom(0x61, 0xff), { minLength, maxLength }).map((array) => Buffer.from(array));
  await fc.assert(
    fc.asyncProperty(
      fc.array(few(4, 7), { minLength: 1, maxLength: 3 }),
      few(0, 120),
      cuts,
      async (secrets, text, cuts) => {
        const clean = await redactIn(await Redactor.create(secrets), text, cuts);
        assert.equal(clean.toString('latin1'), dumb(secrets.flatMap(secretForms), text).toString('latin1'));
      },
    ),
    { numRuns: 400 },
  );
});

/** Marks every byte of every occurrence; each run of occurrences that overlap becomes one mask. */
function dumb(forms: readonly Buffer[], text: Buffer): Buffer {
  const found: [number, number][] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      found.push([at, at + form.length]);
  }
  found.sort(([a], [b]) => a - b);
  const pieces: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < found.length; ) {
    const [start, firstEnd] = found[i] ?? [0, 0];
    let end = firstEnd;
    for (i++; i < found.length && (found[i]?.[0] ?? 0) < end; i++) end = Math.max(end, found[i]?.[1] ?? 0);
    pieces.push(text.subarray(at, start), Buffer.from('***'));
    at = end;
  }
  return Buffer.concat([...pieces, text.subarray(at)]);
}

test('a key of several lines is found whole, by its lines, and encoded', async () => {
  const body = randomBytes(900).toString('base64').replaceAll(/.{64}/g, '$&\n');
  const key = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
  const redactor = await Redactor.create([key]);
  const lines = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  const indented = redactor.redact(key.replaceAll('\n', '\r\n    '));
  assert.equal(
    indented.replaceAll(/\s/g, ''),
    `-----BEGINPRIVATEKEY-----${'***'.repeat(lines.length)}-----ENDPRIVATEKEY-----`,
  );
  assert.equal(redactor.redact(`key=${key}.`), 'key=***.');
  assert.equal(redactor.redact(`"${Buffer.from(key).toString('base64')}"`), '"***"');
  const wrapped = Buffer.from(key).toString('base64').replaceAll(/.{76}/g, '$&\n');
  assert.match(redactor.redact(wrapped), /^(\*\*\*\n?)+=*$/);
  assert.equal(redactor.redact('-----BEGIN PRIVATE KEY-----'), '-----BEGIN PRIVATE KEY-----');
});

test('what goes over the wire in practice', async () => {
  const redactor = await Redactor.create(['p@ss w0rd/"$x\'', 'tok+en/=?&é']);
  for (const text of [
    `Authorization: Basic ${btoa('admin:p@ss w0rd/"$x\'')}`,
    `curl -u 'admin:p@ss w0rd/"$x'\\'''`,
    `curl -u admin:p@ss\\ w0rd/\\"\\$x\\'`,
    'https://host/?token=tok%2Ben%2F%3D%3F%26%C3%A9&x=1',
    'https://host/?token=tok%2ben%2f%3d%3f%26%c3%a9&x=1',
    '{"t":"tok+en/=?\\u0026é"}',
    '{"t":"tok+en\\/=?&\\u00e9"}',
    '{"t":"tok+en/=?&\\u00E9"}',
    '"{\\"p\\":\\"p@ss w0rd/\\\\\\"$x\'\\"}"',
  ]) {
    const clean = redactor.redact(text);
    assert.ok(clean.includes('***') && !/w0rd|tok(\\+|%)|x'/.test(clean), `${text} -> ${clean}`);
  }
  // A base64 text that holds the secret keeps no more of it than bits at its borders.
  assert.match(redactor.redact(btoa('admin:p@ss w0rd/"$x\'')), /^YWRtaW46\*\*\*=*$/);
});

test('a secret within the beginning of another is found, and one within another goes with it', async () => {
  const redactor = await Redactor.create(['token-abcd-long', 'abcd']);
  assert.equal(redactor.redact('token-abcd-lo.'), 'token-***-lo.');
  assert.equal(redactor.redact('token-abcd-long.'), '***.');
});

test('text without a beginning of a secret comes at once; with one, as soon as it can', async () => {
  const stream = (await Redactor.create(['hunter2'])).stream();
  assert.equal(stream.push(Buffer.from('a line\n')).toString(), 'a line\n');
  assert.equal(stream.push(Buffer.from('then hunt')).toString(), 'then ');
  assert.equal(stream.push(Buffer.from('ing\n')).toString(), 'hunting\n');
  assert.equal(stream.push(Buffer.from('hunter')).toString(), '');
  assert.equal(stream.push(Buffer.from('2!\n')).toString(), '***!\n');
  assert.equal(stream.push(Buffer.from('hunt')).toString(), '');
  assert.equal(stream.end().toString(), 'hunt');
});

test('a secret that repeats without end is masked once and not gathered in memory', async () => {
  const stream = (await Redactor.create(['aaaa'])).stream();
  let length = 0;
  for (let i = 0; i < 1_000; i++) length += stream.push(Buffer.alloc(1_000, 'a')).length;
  assert.equal(length + stream.end().length, 3);
});

test('secrets that cannot be looked for are refused, without being named', async () => {
  const refused = async (secrets: string[], code: string, message: RegExp): Promise<void> => {
    await assert.rejects(Redactor.create(secrets), (error) => {
      assert.ok(error instanceof ExecError && error.code === code);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('abc'));
      return true;
    });
  };
  await refused(['long enough', 'abc'], 'exec.secret-too-short', /secret 2 of 2 has 3 bytes/);
  await refused([''], 'exec.secret-too-short', /secret 1 of 1 has 0 bytes/);
  await refused(['abc'.repeat(4_000)], 'exec.secrets-too-large', /secret 1 of 1 has 12000 bytes/);
  await refused(
    Array.from({ length: 10 }, () => 'abc'.repeat(2_000)),
    'exec.secrets-too-large',
    /10 secrets have 60000/,
  );
  assert.equal((await Redactor.create([])).redact('all of it'), 'all of it');
});

test('20 secrets are taken out at 50 MB/s and more, in pieces that hold nobody up', async (t) => {
  const secrets = Array.from({ length: 20 }, () => randomBytes(24).toString('base64'));
  const stream = (await Redactor.create(secrets)).stream();
  const inputs = {
    log: Buffer.from('aws_db_instance.main: Still creating... [10s elapsed] id=db-7Q2M/x\n'.repeat(1_000)),
    base64: Buffer.from(randomBytes(48_000).toString('base64')),
    'beginnings of secrets': Buffer.from(
      secrets
        .map((secret) => secret.slice(0, -1))
        .join(' ')
        .repeat(100),
    ),
  };
  for (const [what, input] of Object.entries(inputs)) {
    for (let i = 0; i < 40; i++) stream.push(input);
    // By the time of this thread's processor, because the machine has other things to do.
    const before = process.threadCpuUsage();
    for (let i = 0; i < 400; i++) stream.push(input);
    const { user, system } = process.threadCpuUsage(before);
    const rate = (400 * input.length) / (user + system);
    t.diagnostic(`${what}: ${rate.toFixed(0)} MB/s`);
    assert.ok(rate > 50, `${what}: ${rate.toFixed(0)} MB/s`);
  }
});
