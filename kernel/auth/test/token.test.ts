import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { KeyError } from '../../crypto/key-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { StatusError } from '../../model/status-error.ts';
import { formatTime } from '../../ports/clock.ts';
import { systemRandom } from '../../ports/random.ts';
import { BoundedCache } from '../authenticators/bounded-cache.ts';
import { authenticatorChain } from '../authenticators/chain.ts';
import { ServiceAccountAuthenticator } from '../authenticators/service-account-authenticator.ts';
import { openServiceAccountKey } from '../authenticators/service-account-key.ts';
import { defaultIssuer, tokenIssuer } from '../authenticators/service-account-tokens.ts';
import type { UserInfo } from '../port.ts';
import { MemoryStore } from './memory-store.ts';

const start = Date.UTC(2026, 0, 1);

function account(uid = 'u-1'): KubeObject {
  const metadata = {
    name: 'robot',
    namespace: 'ns',
    uid,
    resourceVersion: '1',
    creationTimestamp: formatTime(start),
  };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}

async function place(store: MemoryStore, resource: string, name: string, object: unknown): Promise<void> {
  const key = `default/core/${resource}/ns/${name}`;
  const value = () => JSON.stringify(object);
  await store.commit([
    object === undefined ? { type: 'delete', key, value: () => '{}' } : { type: 'put', key, value },
  ]);
}

async function setUp() {
  const store = new MemoryStore();
  await place(store, 'serviceaccounts', 'robot', account());
  const time = { now: start };
  const clock = { now: () => time.now, monotonic: () => time.now, after: () => () => {} };
  const key = openServiceAccountKey(join(mkdtempSync(join(tmpdir(), 'plinth-sa-')), 'pki'));
  const settings = { store, tenant: 'default', key, clock, random: systemRandom };
  const authenticator = new ServiceAccountAuthenticator(settings);
  return { store, time, key, settings, issue: tokenIssuer(settings), authenticator };
}

const refusal = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StatusError);
  assert.equal(error.code, 401);
  assert.match(error.message, pattern);
  return true;
};

test('a token says what Kubernetes tokens say, and stands for its service account', async () => {
  const { issue, authenticator, key } = await setUp();
  const issued = await issue(account(), { expirationSeconds: 600 });
  assert.equal(issued.expirationTimestamp, '2026-01-01T00:10:00Z');
  const { jti, ...claims } = decodeJwt(issued.token);
  assert.deepEqual(claims, {
    iss: defaultIssuer,
    sub: 'system:serviceaccount:ns:robot',
    aud: [defaultIssuer],
    iat: start / 1000,
    nbf: start / 1000,
    exp: start / 1000 + 600,
    'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'u-1' } },
  });
  assert.deepEqual(decodeProtectedHeader(issued.token), { alg: 'ES256', kid: key.id });
  const user = await authenticator.authenticate({ bearer: issued.token });
  assert.deepEqual(user, {
    username: 'system:serviceaccount:ns:robot',
    uid: 'u-1',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns'],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] },
  });
  const again = authenticator.authenticate({ bearer: issued.token });
  assert.equal(again, user, 'a token that is known is answered at once, with the same user');
});

test('a token expires, remembered or not', async () => {
  const { issue, authenticator, time, settings } = await setUp();
  const { token } = await issue(account(), { expirationSeconds: 600 });
  time.now = start + 599_999;
  assert.ok(await authenticator.authenticate({ bearer: token }));
  time.now = start + 600_000;
  assert.throws(() => authenticator.authenticate({ bearer: token }), refusal(/has expired/));
  await assert.rejects(
    async () => new ServiceAccountAuthenticator(settings).authenticate({ bearer: token }),
    refusal(/has expired/),
  );
});

test('a clock that was set back a little does no harm; set back a lot, the refusal asks for it', async () => {
  const { issue, authenticator, time } = await setUp();
  const { token } = await issue(account());
  time.now = start - 299_000;
  assert.ok(await authenticator.authenticate({ bearer: token }));
  time.now = start - 301_000;
  assert.throws(() => authenticator.authenticate({ bearer: token }), refusal(/not valid yet.*clock/));
});

test('a token is void at once when its service account is gone, replaced, or long in deletion', async () => {
  const { issue, authenticator, store, time } = await setUp();
  const { token } = await issue(account());
  const bearer = { bearer: token };
  assert.ok(await authenticator.authenticate(bearer));
  await place(store, 'serviceaccounts', 'robot', { ...account(), secrets: [] });
  assert.ok(authenticator.authenticate(bearer), 'a change of the account alone voids nothing');
  await place(store, 'serviceaccounts', 'robot', undefined);
  assert.throws(
    () => authenticator.authenticate(bearer),
    refusal(/invalidated: ServiceAccount ns\/robot is gone/),
  );
  await place(store, 'serviceaccounts', 'robot', account('u-2'));
  await assert.rejects(async () => authenticator.authenticate(bearer), refusal(/invalidated/));
  const leaving = account();
  leaving.metadata.deletionTimestamp = formatTime(start);
  await place(store, 'serviceaccounts', 'robot', leaving);
  time.now = start + 59_000;
  assert.ok(await authenticator.authenticate(bearer));
  time.now = start + 60_000;
  assert.throws(() => authenticator.authenticate(bearer), refusal(/invalidated/));
});

test('a token bound to a Secret ends with it, and others go on', async () => {
  const { issue, authenticator, store } = await setUp();
  await place(store, 'secrets', 'ci', { metadata: { name: 'ci', uid: 's-1' } });
  const bound = await issue(account(), {
    boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'ci', uid: 's-1' },
  });
  const free = await issue(account());
  for (const { token } of [bound, free]) assert.ok(await authenticator.authenticate({ bearer: token }));
  await place(store, 'secrets', 'ci', undefined);
  assert.throws(() => authenticator.authenticate({ bearer: bound.token }), refusal(/Secret ns\/ci is gone/));
  assert.ok(authenticator.authenticate({ bearer: free.token }));
});

test('what a token is bound to must be there, of a known kind, and the one meant', async () => {
  const { issue, store } = await setUp();
  await place(store, 'secrets', 'ci', { metadata: { name: 'ci', uid: 's-1' } });
  const code = (boundObjectRef: object) =>
    issue(account(), { boundObjectRef }).then(
      () => 0,
      (error: unknown) => (error instanceof StatusError ? error.code : error),
    );
  assert.equal(await code({ kind: 'Secret', name: 'gone' }), 404);
  assert.equal(await code({ kind: 'Secret', name: 'ci', uid: 's-2' }), 409);
  assert.equal(await code({ kind: 'ConfigMap', name: 'ci' }), 400);
  assert.equal(await code({ kind: 'toString', name: 'ci' }), 400);
  assert.equal(await code({ kind: 'Secret', name: 'ci' }), 0);
});

test('the life of a token has bounds', async () => {
  const { issue, settings } = await setUp();
  for (const expirationSeconds of [0, 599, 600.5, 2 ** 32 + 1, Number.NaN]) {
    await assert.rejects(
      issue(account(), { expirationSeconds }),
      (error) => error instanceof StatusError && error.code === 422,
    );
  }
  const short = tokenIssuer({ ...settings, expirationSecondsMax: 1200 });
  assert.equal((await short(account(), { expirationSeconds: 86_400 })).expirationSeconds, 1200);
});

test('a token for others is not for this server, and TokenReview can ask for them', async () => {
  const { issue, authenticator } = await setUp();
  const { token } = await issue(account(), { audiences: ['vault', 'nats'] });
  await assert.rejects(
    async () => authenticator.authenticate({ bearer: token }),
    refusal(/for the audiences \["vault","nats"\]/),
  );
  assert.throws(() => authenticator.authenticate({ bearer: token }), refusal(/audiences/));
  assert.deepEqual((await authenticator.review(token, ['x', 'vault']))?.audiences, ['vault']);
  await assert.rejects(authenticator.review(token, ['x']), refusal(/audiences/));
  await assert.rejects(authenticator.review(token), refusal(/audiences/));
  assert.equal(await authenticator.review('opaque'), undefined);
});

test('forged tokens are refused', async () => {
  const { issue, authenticator, key } = await setUp();
  const { token } = await issue(account());
  const claims = decodeJwt(token);
  const { exp: _, ...withoutExpiry } = claims;
  const [head = '', body = '', signature = ''] = token.split('.');
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sub = 'system:serviceaccount:ns:admin';
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const publicPem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const sign = (alg: string, by: Parameters<SignJWT['sign']>[0], payload = claims, header = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg, kid: key.id, ...header }).sign(by);
  const forged: Record<string, string> = {
    'a changed claim': `${head}.${encode({ ...claims, sub })}.${signature}`,
    'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'no signature': `${head}.${body}.`,
    'alg none': new UnsecuredJWT(claims).encode(),
    'another key': await sign('ES256', foreign),
    'another algorithm': await sign('RS256', rsa),
    'the public key as a shared secret': await sign('HS256', Buffer.from(publicPem)),
    'an unknown critical header': `${encode({ alg: 'ES256', crit: ['x'], x: 1 })}.${body}.${signature}`,
    'a subject that is not its account': await sign('ES256', key.privateKey, { ...claims, sub }),
    'no expiry': await sign('ES256', key.privateKey, withoutExpiry),
    'an empty binding': await sign('ES256', key.privateKey, {
      ...claims,
      'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'u-1' }, secret: {} },
    }),
  };
  for (const [title, bearer] of Object.entries(forged)) {
    await assert.rejects(async () => authenticator.authenticate({ bearer }), refusal(/token/), title);
    await assert.rejects(
      async () => authenticator.authenticate({ bearer }),
      refusal(/token/),
      `${title}, again`,
    );
  }
});

test('what is not our token is left to others', async () => {
  const { authenticator } = await setUp();
  const other = new UnsecuredJWT({ iss: 'https://login.example' }).encode();
  for (const bearer of [undefined, '', 'opaque', 'a.b.c', other, `${'x'.repeat(20_000)}.y.z`]) {
    assert.equal(await authenticator.authenticate(bearer === undefined ? {} : { bearer }), undefined);
  }
});

test('the key file is made once, mode 0600, and must stay private and whole', () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'plinth-sa-')), 'pki');
  const path = join(directory, 'sa.key');
  const { id } = openServiceAccountKey(directory);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(openServiceAccountKey(directory).id, id);
  const pem = readFileSync(path);
  const code = (expected: string) => (error: unknown) => error instanceof KeyError && error.code === expected;
  chmodSync(path, 0o640);
  assert.throws(() => openServiceAccountKey(directory), code('key.permission'));
  chmodSync(path, 0o600);
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  for (const wrong of ['', pem.subarray(0, 100), p384]) {
    writeFileSync(path, wrong);
    assert.throws(() => openServiceAccountKey(directory), code('key.damaged'));
  }
});

test('a chain asks one after the other and adds system:authenticated', async () => {
  const jane: UserInfo = { username: 'jane', groups: ['dev'] };
  const says = (answer: () => UserInfo | undefined | Promise<UserInfo | undefined>) => ({
    name: 'x',
    authenticate: answer,
  });
  const refuses = says(() => {
    throw new StatusError(401, 'Unauthorized', 'first');
  });
  const refusesLater = says(async () => {
    throw new StatusError(401, 'Unauthorized', 'second');
  });
  const breaks = says(async () => {
    throw new TypeError('fault');
  });
  const knows = says(() => jane);
  const nothing = says(() => undefined);
  const ask = async (...list: ReturnType<typeof says>[]) => authenticatorChain(list).authenticate({});
  const member = { username: 'jane', groups: ['dev', 'system:authenticated'] };
  assert.equal(await ask(), undefined);
  assert.equal(
    await ask(
      nothing,
      says(async () => undefined),
    ),
    undefined,
  );
  assert.deepEqual(
    await ask(
      nothing,
      refuses,
      refusesLater,
      says(async () => jane),
    ),
    member,
  );
  assert.deepEqual(await ask(refusesLater, knows), member);
  await assert.rejects(ask(refuses, refusesLater, nothing), /first/);
  await assert.rejects(ask(refusesLater, refuses), /second/);
  await assert.rejects(ask(breaks, knows), /fault/);
  const chain = authenticatorChain([knows]);
  assert.equal(chain.authenticate({}), chain.authenticate({}), 'one user stays one object');
});

test('the cache lets go of what was used longest ago', () => {
  const cache = new BoundedCache<number>(3);
  for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i);
  cache.get('a');
  cache.set('d', 3);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key)),
    [0, undefined, 2, 3],
  );
  cache.delete('d');
  assert.equal(cache.get('d'), undefined);
  assert.equal(cache.size, 2);
});
