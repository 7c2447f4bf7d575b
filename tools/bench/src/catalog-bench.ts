import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, requestText, type Target } from './http-client.ts';
import { runLoad } from './load.ts';
import { measureStalls } from './machine-stalls.ts';
import { formatMeasured } from './measure.ts';
import { startPlinth } from './plinth.ts';

const clients = 16;
const entitiesPerFile = 100;
/** Between questions whether all entities are there. */
const askEveryMs = 50;

/** What is asked, at the size of pages that a browser shows. */
const questions: Readonly<Record<string, string>> = {
  'list of components by name, 20 of them':
    '/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20',
  'first 20 of all': '/entities?limit=20',
  'facets kind and spec.type': '/entity-facets?facet=kind&facet=spec.type',
  'text in names, 20 of them':
    '/entities/by-query?fullTextFilterTerm=7&fullTextFilterFields=metadata.name&limit=20',
};

/** Measures the catalog: how fast entities of files can be asked for, and how fast they are answered. */
export async function benchCatalog(options: { entities: number; seconds: number }): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const stalls = await measureStalls();
  print(`threads that do nothing lose ${(stalls.lostShare * 100).toFixed(1)} %`);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-catalog-'));
  const source = join(directory, 'source');
  writeEntities(source, options.entities);
  const plinth = await startPlinth(join(directory, 'data'));
  try {
    const ask = await Connection.open(plinth.target);
    const before = plinth.rssMiB();
    const seconds = await ingest(ask, source, options.entities);
    const perSecond = Math.round(options.entities / seconds);
    print(
      `${options.entities} entities, 3 relations each: ${seconds.toFixed(2)} s until all can be asked for, ${perSecond}/s`,
    );
    const list = '/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20';
    const start = performance.now();
    await answered(ask, list);
    print(`first list after a change: ${(performance.now() - start).toFixed(1)} ms`);
    for (const [name, path] of Object.entries(questions))
      await measure(plinth.target, name, () => path, options.seconds);
    const nameOf = (i: number): string => `/entities/by-name/component/default/c${i % options.entities}`;
    await measure(plinth.target, 'one by its name', nameOf, options.seconds);
    await measure(
      plinth.target,
      'pages of the list, each another',
      (i) => `${list}&offset=${(i * 20) % options.entities}`,
      options.seconds,
    );
    print(`resident memory ${Math.round(plinth.rssMiB())} MiB, ${Math.round(before)} before`);
    ask.close();
  } finally {
    await plinth.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Components that have an owner, a system and a dependency. */
function writeEntities(source: string, entities: number): void {
  mkdirSync(source, { recursive: true });
  for (let from = 0; from < entities; from += entitiesPerFile) {
    const count = Math.min(entitiesPerFile, entities - from);
    const documents = Array.from({ length: count }, (_, k) => entityText(from + k));
    writeFileSync(join(source, `f${from}.yaml`), documents.join('---\n'));
  }
}

function entityText(i: number): string {
  return `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: c${i}
  title: Component ${i}
  description: A component of the benchmark
  labels: {tier: t${i % 3}}
  annotations: {example.com/source: https://example.com/c${i}}
  tags: [java, t${i % 10}]
spec:
  type: ${i % 4 === 0 ? 'website' : 'service'}
  lifecycle: production
  owner: g${i % 50}
  system: s${i % 100}
  dependsOn: [component:c${(i * 7 + 1) % 20_000}]
`;
}

async function ingest(ask: Connection, source: string, entities: number): Promise<number> {
  const location = {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'CatalogLocation',
    metadata: { name: 'bench' },
    spec: { source: { directory: { path: source } }, targets: ['*.yaml'], interval: '1h' },
  };
  const path = '/apis/plinth.dev/v1alpha1/namespaces/default/cataloglocations';
  const start = performance.now();
  await ask.sendForText(requestText('POST', path, JSON.stringify(location)));
  for (;;) {
    const text = await answered(ask, '/entities/by-query?limit=0');
    if (text.includes(`"totalItems":${entities},`)) return (performance.now() - start) / 1000;
    await pause(askEveryMs);
  }
}

async function answered(connection: Connection, path: string): Promise<string> {
  const { status, text } = await connection.sendForText(requestText('GET', `/api/catalog${path}`));
  if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
  return text;
}

async function measure(
  target: Target,
  name: string,
  path: (sequence: number) => string,
  seconds: number,
): Promise<void> {
  for (const count of [1, clients]) {
    const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(target)));
    const operations = connections.map((connection) => async (sequence: number) => {
      const { status } = await connection.send(requestText('GET', `/api/catalog${path(sequence)}`));
      if (status !== 200) throw new Error(`${name} was answered with ${status}`);
    });
    process.stdout.write(
      `${formatMeasured(`${name}, ${count} client${count > 1 ? 's' : ''}`, await runLoad(operations, seconds))}\n`,
    );
    for (const connection of connections) connection.close();
  }
}
