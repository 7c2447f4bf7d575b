import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type Client,
  type Kernel,
  type KubeObject,
  startKernel,
  systemClock,
  systemRandom,
} from '@plinth/kernel';
import { draft } from '@plinth/kernel/testing';
import { isWorkspace, workspaceCapability, workspaces } from '../src/index.ts';
import { until as waitUntil } from './waiting.ts';

const configMaps = { group: '', resource: 'configmaps' };
const namespaces = { group: '', resource: 'namespaces' };
const deployables = { group: 'example.plinth.dev', resource: 'deployables' };
const shop = (name: string) => ({ namespace: 'shop', name });

let home: string;
let source: string;
let kernel: Kernel;
let client: Client;
const faults: unknown[] = [];

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'plinth-workspace-'));
  source = join(home, 'source');
  await cp(join(import.meta.dirname, '../../../examples/quickstart'), source, { recursive: true });
  // Its rules are for another capability.
  await rm(join(source, '30-own-rules.yaml'));
  kernel = await start();
});

after(async () => {
  await kernel.close();
  await rm(home, { recursive: true, force: true });
});

async function start(): Promise<Kernel> {
  const started = await startKernel({
    dataDirectory: join(home, 'data'),
    port: 0,
    host: '127.0.0.1',
    version: 'test',
    capabilities: [workspaceCapability],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => faults.push([what, error]),
  });
  client = started.client('test');
  return started;
}

async function until(what: string, is: () => boolean): Promise<void> {
  await waitUntil(what, is, () => JSON.stringify(workspace()?.['status'], null, 1));
}

function workspace(): KubeObject | undefined {
  return client.get(workspaces, { name: 'quickstart' });
}

function ready(): boolean {
  const found = workspace();
  if (!found || !isWorkspace(found)) return false;
  return found.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

test('the quickstart is applied on a real kernel, its kinds first, and all of it is ready', async () => {
  const spec = { source: { directory: { path: source } } };
  await client.create(
    workspaces,
    draft('plinth.dev/v1alpha1', 'Workspace', { name: 'quickstart' }, { spec }),
  );
  await until('ready', ready);
  const found = workspace();
  assert.ok(found && isWorkspace(found));
  assert.deepEqual(found.status?.counts, { objects: 17, ready: 17, failed: 0, waiting: 0, drifted: 0 });
  assert.deepEqual(found.status?.problems, []);
  assert.equal(found.spec.fieldManager, 'plinth-workspace', 'a default of the kind');
  const payments = client.get(deployables, shop('payments'));
  assert.deepEqual(
    (payments?.['spec'] as { replicas?: number } | undefined)?.replicas,
    2,
    'a default of the quickstart',
  );
});

test('nothing is written while nothing changes, also by a kernel that starts anew', async () => {
  await until('ready', ready);
  const version = () => workspace()?.metadata.resourceVersion;
  const before = version();
  await kernel.close();
  kernel = await start();
  await client.patch(workspaces, { name: 'quickstart' }, { metadata: { labels: { looked: 'yes' } } });
  const touched = version();
  assert.notEqual(touched, before);
  // Drift elsewhere shows that a whole reconcile has passed since.
  await client.patch(configMaps, shop('storefront'), { data: { currency: 'USD' } });
  await until(
    'drift is put right',
    () =>
      (client.get(configMaps, shop('storefront'))?.['data'] as { currency?: string } | undefined)
        ?.currency === 'EUR',
  );
  await until('the correction is told', () => JSON.stringify(workspace()?.['status']).includes('corrected'));
  const generations = client.list(deployables).map(({ metadata }) => metadata.generation);
  assert.deepEqual(generations, [1, 1, 1]);
});

test('an edit of a file is applied, a broken one is named, a deleted one is pruned', async () => {
  const file = join(source, 'services/extra.yaml');
  const extra = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: shop}\ndata: {key: ${value}}\n`;
  const value = () => (client.get(configMaps, shop('extra'))?.['data'] as { key?: string } | undefined)?.key;
  await writeFile(file, extra('one'));
  await until('applied', () => value() === 'one');
  await writeFile(file, 'apiVersion: v1\nkind: [\n');
  await until('named', () => JSON.stringify(workspace()?.['status']).includes('services/extra.yaml:'));
  assert.equal(value(), 'one', 'nothing is pruned for a file that cannot be read');
  await writeFile(file, `${extra('two')}surplus: 1\n`);
  await until('refused', () => JSON.stringify(workspace()?.['status']).includes('surplus'));
  await rm(file);
  await until('pruned', () => value() === undefined);
  await until('ready', ready);
});

test('a deleted workspace takes everything along but what is protected', async () => {
  await client.delete(workspaces, { name: 'quickstart' });
  const gone = () => workspace() === undefined && client.get(namespaces, { name: 'shop' }) === undefined;
  await until('gone', gone);
  await until(
    'the kinds are gone',
    () => client.resourceFor('example.plinth.dev/v1', 'Deployable') === undefined,
  );
  assert.deepEqual(faults, []);
});
