import { equal, match, ok } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bundle, openBundle } from '../../src/portal/bundle.ts';
import { portalWebsite } from '../../src/portal/portal-website.ts';
import type { Answer } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';

let server: TestServer;
let bundle = Promise.withResolvers<Bundle>();
/** What a browser asks for when somebody types an address. */
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const page = (path: string, headers = {}): Promise<Answer> =>
  server.nobody.get(path, { ...browser, ...headers });

before(async () => {
  server = await startTestServer({ website: portalWebsite(() => bundle.promise, 10) });
});
after(async () => await server.close());

test('while the portal is built a page says so, and why it cannot be built', async () => {
  const building = await page('/');
  equal(building.status, 503);
  match(building.text, /is being built/);
  equal(building.headers['refresh'], '1');
  bundle.reject(new Error('vite is not installed'));
  const missing = await until('the failure to be told', async () => {
    const answer = await page('/');
    return answer.text.includes('could not be built') ? answer : undefined;
  });
  match(missing.text, /vite is not installed[^]*npm ci/);
  bundle = Promise.withResolvers<Bundle>();
  bundle.resolve(await openBundle());
  await until('the page', async () => ((await page('/')).status === 200 ? true : undefined));
});

test('pages are small, compressed, and held to a strict policy', async () => {
  const { text, headers } = await page('/ui/r/plans.plinth.dev/-/any');
  const policy = String(headers['content-security-policy']);
  match(policy, /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
  ok(!policy.includes('unsafe'), policy);
  equal(headers['x-content-type-options'], 'nosniff');
  equal(headers['cache-control'], 'no-cache');
  ok(!/<script(?![^>]*\bsrc=)|<style|\son\w+=/.test(text), text);
  const assets = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  let bytes = 0;
  for (const path of assets) {
    const asset = await page(path, { 'accept-encoding': 'gzip' });
    equal(asset.status, 200, path);
    match(String(asset.headers['cache-control']), /immutable/);
    bytes += Number(asset.headers['content-length']);
    const brotli = await page(path, { 'accept-encoding': 'gzip, br' });
    if (asset.headers['content-encoding'] === 'gzip') equal(brotli.headers['content-encoding'], 'br');
  }
  ok(assets.length >= 3 && bytes < 300_000, `${assets.length} files, ${bytes} bytes`);
});

test('the API is as before, and the website has nothing else', async () => {
  equal((await server.nobody.get('/')).status, 401);
  equal((await server.nobody.get('/api/v1/namespaces', browser)).status, 401);
  equal((await server.admin.get('/')).status, 200);
  equal((await server.nobody.send('POST', '/ui/r', { headers: browser, body: {} })).status, 401);
  equal((await page('/ui/assets/..%2f..%2fpackage.json')).status, 404);
  equal((await page('/ui/assets/no.js')).status, 404);
  equal((await page('/uix')).status, 401);
  equal((await page('/clusters/nobody/ui/')).text, (await page('/ui/')).text);
});
