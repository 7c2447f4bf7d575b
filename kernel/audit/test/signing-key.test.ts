import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { KeyError } from '../../crypto/key-error.ts';
import { systemRandom } from '../../ports/random.ts';
import { openSigningKey, sharedSigningKey } from '../signing-key.ts';

/** A directory of keys with that of the host. */
function keys(t: TestContext): { directory: string; verifierKey: string } {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-signing-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { verifierKey } = openSigningKey(join(directory, 'default'), 'default', systemRandom);
  return { directory, verifierKey };
}

const acme = { name: 'acme', uid: '7b0f8a52-0000-4000-8000-000000000001' };

test('all processes that have the host key derive the same key for a tenant, and a later tenant of the name has another', (t) => {
  const { directory, verifierKey } = keys(t);
  const copy = mkdtempSync(join(tmpdir(), 'plinth-signing-'));
  t.after(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(directory, copy, { recursive: true });
  const derived = sharedSigningKey(directory, acme);
  assert.equal(sharedSigningKey(copy, acme).verifierKey, derived.verifierKey);
  assert.match(derived.name, /^plinth\.dev\/audit\/[0-9a-f]{8}\/acme$/);
  assert.notEqual(derived.verifierKey, verifierKey);
  const later = sharedSigningKey(directory, { ...acme, uid: '7b0f8a52-0000-4000-8000-000000000002' });
  assert.notEqual(later.name, derived.name);
  assert.notEqual(later.verifierKey.split('+')[2], derived.verifierKey.split('+')[2]);
  const elsewhere = sharedSigningKey(keys(t).directory, acme);
  assert.notEqual(elsewhere.verifierKey, derived.verifierKey);
});

test('a key that a tenant has from before goes before; without the key of the host nothing is derived', (t) => {
  const { directory } = keys(t);
  const own = openSigningKey(join(directory, 'acme'), 'acme', systemRandom);
  assert.equal(sharedSigningKey(directory, acme).verifierKey, own.verifierKey);
  const empty = join(directory, 'empty');
  mkdirSync(empty);
  assert.throws(() => sharedSigningKey(empty, acme), KeyError);
});
