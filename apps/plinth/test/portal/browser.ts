import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { textAt } from '../harness/https-client.ts';
import type { TestServer } from '../harness/test-server.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine; undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a browser without a window. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  // Tests run as root in containers, where the sandbox of Chromium cannot be had.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A person at a browser. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console and the page have complained about: errors, refusals of the content security policy, other hosts. */
  readonly complaints: string[];
}

/** Opens a browser window of somebody's own. */
export async function openWindow(browser: Browser, server: TestServer): Promise<Person> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`a script of a probe has run: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`another host is asked: ${request.url()}`);
  });
  page.setDefaultTimeout(20_000);
  return { page, context, complaints };
}

/** Makes a service account with a ClusterRole and gives a token of it. */
export async function tokenFor(server: TestServer, name: string, role: string): Promise<string> {
  const { admin } = server;
  await admin.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name } });
  const rbac = 'rbac.authorization.k8s.io';
  await admin.post(`/apis/${rbac}/v1/clusterrolebindings`, {
    metadata: { name: `portal-${name}` },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
  });
  const { json } = await admin.post(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  return textAt(json, 'status', 'token');
}

/** Signs somebody in as people do. */
export async function signIn({ page }: Person, server: TestServer, token: string): Promise<void> {
  await page.goto(server.url);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}
