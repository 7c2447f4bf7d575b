import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { defineCapability, defineRun, Type } from '@plinth/kernel';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { capabilities } from '../../src/capabilities.ts';
import { openBundle } from '../../src/portal/bundle.ts';
import { portalWebsite } from '../../src/portal/portal-website.ts';
import { textAt } from '../harness/https-client.ts';
import { makePolicy } from '../harness/plan-world.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { findChromium, openWindow, type Person, signIn, startBrowser, tokenFor } from './browser.ts';

const chromium = findChromium();
const skip = chromium === undefined ? 'there is no Chromium on this machine' : false;

/** What would run if it were taken for markup. */
const probe = '<img src=x onerror=alert(1)><script>alert(2)</script>';

let server: TestServer;
let browser: Browser;
let dana: Person;
let lee: Person;

/** A run that prints a line, waits for a file, and prints another one. */
const talk = defineCapability({
  name: 'talk',
  kinds: [],
  open: () => ({
    runs: [
      defineRun({
        name: 'talk.twice',
        version: 1,
        description: 'Prints a line, waits for a file, prints another one.',
        input: Type.Object({ file: Type.String(), text: Type.String() }),
        async run(run, { file, text }) {
          const script = 'echo "first $2"; until [ -e "$1" ]; do sleep 0.05; done; echo second';
          await run.exec('talk', { file: 'sh', args: ['-c', script, 'sh', file, text], inherit: ['PATH'] });
        },
      }),
    ],
  }),
});

before(async () => {
  if (chromium === undefined) return;
  const files = await openBundle();
  const website = portalWebsite(() => Promise.resolve(files));
  server = await startTestServer({ capabilities: [...capabilities, talk], website });
  browser = await startBrowser(chromium);
  dana = await openWindow(browser, server);
  lee = await openWindow(browser, server);
  await server.admin.post('/api/v1/namespaces', { metadata: { name: 'shop' } });
  await server.admin.post('/api/v1/namespaces/shop/configmaps', {
    metadata: { name: 'settings', annotations: { note: probe } },
    data: { colour: 'red', text: probe },
  });
  await signIn(dana, server, await tokenFor(server, 'dana', 'cluster-admin'));
  await signIn(lee, server, await tokenFor(server, 'lee', 'cluster-admin'));
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Looks for what axe calls serious or critical. */
async function requireAccessible({ page }: Person): Promise<void> {
  // The content security policy lets no script in from the page, so it comes in beside it.
  await page.evaluate(axe.source);
  const found: { id: string; impact: string; nodes: { html: string }[] }[] = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  deepEqual(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
    [],
    page.url(),
  );
}

test('a token that is not accepted is refused in words, and none is kept', { skip }, async () => {
  const stranger = await openWindow(browser, server);
  await stranger.page.goto(`${server.url}/ui/r/configmaps`);
  await stranger.page.getByLabel('Token', { exact: true }).fill('nonsense');
  await stranger.page.getByRole('button', { name: 'Sign in' }).click();
  match((await stranger.page.getByRole('alert').textContent()) ?? '', /does not accept this token/);
  equal(await stranger.page.evaluate('sessionStorage.getItem("plinth.token")'), null);
  await requireAccessible(stranger);
  // The browser itself notes the 401 that was provoked.
  deepEqual(
    stranger.complaints.filter((one) => !one.includes('401')),
    [],
  );
  await stranger.context.close();
});

test('a session whose token ends says so', { skip }, async () => {
  const guest = await openWindow(browser, server);
  await signIn(guest, server, await tokenFor(server, 'guest', 'view'));
  await server.admin.delete('/api/v1/namespaces/default/serviceaccounts/guest');
  await guest.page.reload();
  await guest.page.getByText('The token is not accepted any more').waitFor();
  equal(await guest.page.evaluate('sessionStorage.getItem("plinth.token")'), null);
  await guest.context.close();
});

test('a list is as the server shows it, filtered in the address, and live', { skip }, async () => {
  const { page } = dana;
  await page.goto(`${server.url}/ui/r/configmaps?namespace=shop`);
  await page.getByRole('link', { name: 'settings' }).waitFor();
  await server.admin.post('/api/v1/namespaces/shop/configmaps', { metadata: { name: 'later' } });
  await page.getByRole('link', { name: 'later' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('sett');
  await page.getByRole('link', { name: 'later' }).waitFor({ state: 'detached' });
  match(page.url(), /filter=sett/);
  await requireAccessible(dana);
  await server.admin.delete('/api/v1/namespaces/shop/configmaps/later');
  await page.reload();
  await page.getByRole('link', { name: 'settings' }).click();
  await page.getByRole('heading', { name: 'settings' }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'settings' }).waitFor();
});

test('a long list is read page by page, and drawn as far as it is seen', { skip }, async () => {
  const { page } = dana;
  await server.admin.post('/api/v1/namespaces', { metadata: { name: 'zoo' } });
  const path = '/api/v1/namespaces/zoo/configmaps';
  for (let from = 0; from < 1_000; from += 500) {
    const names = Array.from({ length: 500 }, (_, i) => `row-${String(from + i).padStart(5, '0')}`);
    await Promise.all(names.map((name) => server.admin.post(path, { metadata: { name } })));
  }
  await page.goto(`${server.url}/ui/r/configmaps?namespace=zoo`);
  await page.getByText('1001', { exact: true }).waitFor();
  ok((await page.locator('tbody tr').count()) < 120, 'more rows are drawn than are seen');
  await page.getByRole('region', { name: /ConfigMap/ }).press('End');
  await page.getByRole('link', { name: 'row-00999' }).waitFor();
});

test('an object is shown as text, whatever is in it', { skip }, async () => {
  const { page } = dana;
  await page.goto(`${server.url}/ui/r/configmaps/shop/settings`);
  await page.getByText(probe).first().waitFor();
  equal(await page.getByText(probe).count(), 2);
  await requireAccessible(dana);
  await page.getByRole('button', { name: 'YAML' }).click();
  await page.getByText('colour: red').waitFor();
  await requireAccessible(dana);
  await page.getByRole('button', { name: 'Relations' }).click();
  await page.getByText('Nothing that you may see.').waitFor();
  await page.getByRole('button', { name: 'Events' }).click();
  await page.getByText('Nothing was noted').waitFor();
});

test('an edit is shown as the server would make it before it is written', { skip }, async () => {
  const { page } = dana;
  await page.goto(`${server.url}/ui/r/configmaps/shop/settings?tab=yaml`);
  await page.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByLabel('Manifest as YAML');
  const text = await editor.inputValue();
  await editor.fill(text.replace('colour: red', 'colour: [blue]'));
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await page.getByRole('alert').waitFor();
  await requireAccessible(dana);
  await editor.fill(text.replace('colour: red', 'colour: red\n  size: large'));
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await page.getByText('+   size: large').waitFor();
  const { json } = await server.admin.get('/api/v1/namespaces/shop/configmaps/settings');
  equal(JSON.stringify(json).includes('large'), false, 'a dry run has written');
  await page.getByRole('button', { name: 'Write it' }).click();
  // The editor closes once it is written; the difference has the same text before.
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  await page.getByText('size: large').waitFor();
  const { json: written } = await server.admin.get('/api/v1/namespaces/shop/configmaps/settings');
  equal(textAt(written, 'data', 'size'), 'large');
  // The refusal that was provoked is noted by the browser itself.
  dana.complaints.splice(
    0,
    dana.complaints.length,
    ...dana.complaints.filter((one) => !/status of 4(00|22|09)/.test(one)),
  );
});

test('a change is planned, approved by somebody else, and watched as it is applied', { skip }, async () => {
  await makePolicy(
    server,
    'shop',
    { namespaces: ['shop'], kinds: ['ConfigMap'] },
    { approvals: [{ count: 1 }] },
  );
  const { page } = dana;
  await page.goto(`${server.url}/ui/r/configmaps/shop/settings?tab=yaml`);
  await page.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByLabel('Manifest as YAML');
  await editor.fill((await editor.inputValue()).replace('size: large', 'size: small'));
  await page.getByRole('button', { name: 'Plan it' }).click();
  await page.getByText('1 change · 1 to update').waitFor();
  await page.getByText('You made it, so somebody else has to approve it.').waitFor();
  await requireAccessible(dana);
  await lee.page.goto(server.url);
  await lee.page.getByRole('link', { name: /^Plan settings-/ }).click();
  await lee.page.getByText('data.size').waitFor();
  await lee.page.getByRole('button', { name: 'Approve' }).click();
  await lee.page.getByText('● Approved').waitFor();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByText('● Applied').waitFor();
  const { json } = await server.admin.get('/api/v1/namespaces/shop/configmaps/settings');
  equal(textAt(json, 'data', 'size'), 'small');
});

test('the log of a run is followed while it is written', { skip }, async () => {
  const { page } = dana;
  const file = join(server.directory, 'go on');
  const made = await server.admin.post('/apis/plinth.dev/v1alpha1/namespaces/shop/runs', {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Run',
    metadata: { name: 'talk' },
    spec: { definition: 'talk.twice', input: { file, text: probe } },
  });
  equal(made.status, 201, made.text);
  await page.goto(`${server.url}/ui/r/runs.plinth.dev/shop/talk`);
  await page.locator('.log').getByText(`first ${probe}`).waitFor();
  equal(existsSync(file), false);
  await requireAccessible(dana);
  writeFileSync(file, '');
  await page.locator('.log').getByText('second').waitFor();
  await page.getByText('● Succeeded').waitFor();
});

test('search finds kinds, objects and pages; letters go there', { skip }, async () => {
  const { page } = dana;
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill('settings');
  await page.getByRole('option', { name: 'settings ConfigMap in shop' }).waitFor();
  await requireAccessible(dana);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'settings' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.getByRole('heading', { name: 'Changes' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await requireAccessible(dana);
});

test('who may read alone is offered nothing else', { skip }, async () => {
  const reader = await openWindow(browser, server);
  await signIn(reader, server, await tokenFor(server, 'reader', 'view'));
  await reader.page.goto(`${server.url}/ui/r/configmaps/shop/settings?tab=yaml`);
  await reader.page.getByText('You may read it and not change it.').waitFor();
  equal(await reader.page.getByRole('button', { name: 'Delete' }).count(), 0);
  equal(await reader.page.getByRole('link', { name: 'Secrets' }).count(), 0);
  deepEqual(reader.complaints, []);
  await reader.context.close();
});

test('nothing was complained about, and nothing asked of another host', { skip }, () => {
  deepEqual(dana.complaints, []);
  deepEqual(lee.complaints, []);
  deepEqual(server.faults, []);
});
