import { deepEqual, equal, match, notEqual, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../ports/clock.ts';
import type { SentRequest } from '../http-protocol.ts';
import { SignedUrls } from '../signed-urls.ts';

const user = { username: 'ann', uid: 'u-1', groups: ['builders', 'system:authenticated'] };
const keyOf = (byte: number): Buffer => Buffer.alloc(32, byte);

/** URLs under keys, at a time that the test moves. */
function urlsAt(...keys: Buffer[]) {
  const time = { nowMs: 1_000_000 };
  const urls = new SignedUrls(() => keys, { ...systemClock, now: () => time.nowMs });
  return { urls, time, keys };
}

/** The request that a client makes of a URL. */
function requestOf(url: string, method: SentRequest['method'] = 'PUT'): SentRequest {
  const [path = '', query] = url.split('?');
  return { method, path, query: new URLSearchParams(query) };
}

describe('signed URLs', () => {
  const purpose = {
    method: 'PUT',
    path: '/a/states/x',
    user,
    lifetimeMs: 1_000,
    facts: { md5: 'm' },
  } as const;

  test('say whom they were given to, and what for', () => {
    const { urls } = urlsAt(keyOf(1));
    const url = urls.sign(purpose);
    match(url, /^\/a\/states\/x\?plinth-signature=[\w-]+\.[\w-]{43}$/);
    deepEqual(urls.read(requestOf(url)), { user, facts: { md5: 'm' } });
    // Clients add parameters of their own.
    deepEqual(urls.read(requestOf(`${url}&terraform-get=1`)), { user, facts: { md5: 'm' } });
  });

  test('end the path for clients that write a query of their own', () => {
    const { urls } = urlsAt(keyOf(1));
    const url = urls.sign({ ...purpose, inPath: true });
    match(url, /^\/a\/states\/x\/plinth-signature\/[\w-]+\.[\w-]{43}$/);
    deepEqual(urls.read(requestOf(`${url}?limit=1&offset=2`)), { user, facts: { md5: 'm' } });
    const [path = '', signature = ''] = url.split('/plinth-signature/');
    equal(urls.read(requestOf(`${path}y/plinth-signature/${signature}`)), undefined);
    equal(urls.read(requestOf(`${url}?plinth-signature=${signature}`)), undefined);
    equal(urls.read(requestOf(`${url}/plinth-signature/${signature}`)), undefined);
  });

  test('end', () => {
    const { urls, time } = urlsAt(keyOf(1));
    const url = urls.sign(purpose);
    time.nowMs += 999;
    notEqual(urls.read(requestOf(url)), undefined);
    time.nowMs += 1;
    equal(urls.read(requestOf(url)), undefined);
  });

  test('are of no use at another path, with another method, or under another key', () => {
    const { urls } = urlsAt(keyOf(1));
    const url = urls.sign(purpose);
    equal(urls.read(requestOf(url.replace('/x', '/y'))), undefined);
    equal(urls.read(requestOf(url.replace('/x', '/%78'))), undefined);
    equal(urls.read(requestOf(url, 'GET')), undefined);
    equal(urlsAt(keyOf(2)).urls.read(requestOf(url)), undefined);
    equal(urls.read(requestOf(`${url}&${url.split('?')[1]}`)), undefined);
    equal(urls.read(requestOf('/a/states/x')), undefined);
  });

  test('are good after a rotation of the keys, and new ones are under the new key', () => {
    const before = urlsAt(keyOf(1));
    const after = urlsAt(keyOf(2), keyOf(1));
    notEqual(after.urls.read(requestOf(before.urls.sign(purpose))), undefined);
    equal(before.urls.read(requestOf(after.urls.sign(purpose))), undefined);
    throws(() => urlsAt().urls.sign(purpose), /there is no key/);
  });

  test('with any character changed are of no use', () => {
    const { urls } = urlsAt(keyOf(1));
    const url = urls.sign(purpose);
    const start = url.indexOf('=') + 1;
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: url.length - 1 }),
        fc.constantFrom(...'ABCabc019-_.'),
        (place, character) => {
          const forged = `${url.slice(0, place)}${character}${url.slice(place + 1)}`;
          // The last character of base 64 has bits that count for nothing.
          if (forged === url || place === url.length - 1) return;
          equal(urls.read(requestOf(forged)), undefined, forged);
        },
      ),
    );
    for (const forged of ['', '.', 'a.b', 'e30.', `${'x'.repeat(20_000)}.y`]) {
      equal(urls.read(requestOf(`/a/states/x?plinth-signature=${forged}`)), undefined, forged.slice(0, 9));
    }
  });
});
