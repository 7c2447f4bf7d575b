import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { siteCapability } from './documented-run.ts';

const root = join(import.meta.dirname, '../../../..');
const runsPath = '/apis/plinth.dev/v1alpha1/namespaces/default/runs';
const skip = process.platform === 'linux' ? false : 'programs are run in process groups of Linux';

interface Shown {
  readonly metadata: { readonly uid: string };
  readonly status?: {
    readonly phase: string;
    readonly attempt: number;
    readonly output?: { readonly release: string; readonly sha256: string };
    readonly waitingFor?: readonly {
      readonly for: string;
      readonly step: string;
      readonly digest?: string;
    }[];
  };
}

test('docs/concepts/runs.md quotes the example', () => {
  const page = readFileSync(join(root, 'docs/concepts/runs.md'), 'utf8');
  const example = readFileSync(join(import.meta.dirname, 'documented-run.ts'), 'utf8');
  ok(page.includes(example), 'docs/concepts/runs.md must quote apps/plinth/test/cli/documented-run.ts');
});

test('the documented run waits over a restart, goes on when it is approved, and takes back what was cancelled', {
  skip,
}, async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'plinth-documented-'));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const [sites, folder] = [join(place, 'sites'), join(place, 'web')];
  mkdirSync(sites);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), '<h1>hello</h1>\n');
  const before = await startTestServer({ capabilities: [siteCapability(sites)] });
  await start(before, 'first', folder);
  await reach(before, 'first', 'Waiting');
  const server = await before.restart();
  t.after(() => server.close());

  await approve(server, 'first');
  const first = await reach(server, 'first', 'Succeeded');
  const { release = '', sha256 } = first.status?.output ?? {};
  equal(sha256, createHash('sha256').update(readFileSync(release)).digest('hex'));
  equal(readlinkSync(join(sites, 'current')), release);
  equal(first.status?.attempt, 2, 'two processes have worked on it');

  await start(server, 'second', folder);
  const second = join(sites, `${(await reach(server, 'second', 'Waiting')).metadata.uid}.tar`);
  ok(existsSync(second));
  await server.admin.patch(`${runsPath}/second`, { spec: { cancel: true } }, 'application/merge-patch+json');
  await reach(server, 'second', 'Canceled');
  ok(!existsSync(second), 'the compensation has removed what was packed');
  equal(readlinkSync(join(sites, 'current')), release);
  deepEqual([...before.faults, ...server.faults], []);
});

async function start({ admin }: TestServer, name: string, folder: string): Promise<void> {
  const answer = await admin.post(runsPath, {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Run',
    metadata: { name },
    spec: { definition: 'site.publish', input: { folder } },
  });
  equal(answer.status, 201, JSON.stringify(answer.json));
}

async function reach({ admin }: TestServer, name: string, phase: string): Promise<Shown> {
  return await until(`run ${name} to be ${phase}`, async () => {
    const shown = (await admin.get(`${runsPath}/${name}`)).json as Shown;
    return shown.status?.phase === phase ? shown : undefined;
  });
}

async function approve(server: TestServer, name: string): Promise<void> {
  const waiting = (await reach(server, name, 'Waiting')).status?.waitingFor?.[0];
  const lee = server.as('lee', ['leads', 'system:masters']);
  const answer = await lee.post('/apis/plinth.dev/v1alpha1/approvals', {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Approval',
    metadata: { generateName: `${name}-` },
    spec: {
      target: { kind: 'Run', name, namespace: 'default', step: waiting?.step },
      digest: waiting?.digest,
    },
  });
  equal(answer.status, 201, JSON.stringify(answer.json));
}
