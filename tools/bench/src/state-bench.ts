import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, type PlainTarget, requestText, type Target } from './http-client.ts';
import { measureStalls } from './machine-stalls.ts';
import { formatMeasured, type Measured, summarize } from './measure.ts';
import { startPlainStates } from './plain-states.ts';
import { startPlinth } from './plinth.ts';
import { readBeside } from './reader.ts';

const workspaces = 500;
const largeWorkspaces = 16;
const clients = 4;
/** As when each workspace is applied about once a minute. */
const pacePerSecond = 8;
const smallBytes = 100_000;
const largeBytes = 10_000_000;

/** Latencies in milliseconds, by what was asked. */
interface Latencies {
  readonly GET: number[];
  readonly POST: number[];
  readonly LOCK: number[];
}

/** Measures the state backend beside a server of 40 lines that only writes files. */
export async function benchStates(options: { seconds: number }): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const stalls = await measureStalls();
  print(
    `threads that do nothing lose ${(stalls.lostShare * 100).toFixed(1)} %, at most ${stalls.longestMs.toFixed(1)} ms at once`,
  );
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-states-'));
  const plinth = await startPlinth(join(directory, 'data'));
  try {
    print(`\nPlinth: ${workspaces} workspaces`);
    await benchServer(plinth.target, '/terraform/state/default', options.seconds, print);
    print(
      formatMeasured('gets of objects beside 10 MB states', await getsBeside(plinth.target, options.seconds)),
    );
    print(`resident memory ${Math.round(plinth.rssMiB())} MiB`);
  } finally {
    await plinth.stop();
  }
  const plain = await startPlainStates(join(directory, 'plain'));
  try {
    print('\na server of 40 lines, without TLS, locks that last, versions and encryption');
    await benchServer(plain.target, '', options.seconds, print);
  } finally {
    plain.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Gets of a small object at a steady pace, while one client writes large states without a pause. */
async function getsBeside(target: Target, seconds: number): Promise<Measured> {
  const request = requestText('GET', '/api/v1/namespaces/default');
  const connection = await Connection.open(target);
  const work = { done: false };
  const writing = (async () => {
    while (!work.done) await cycle(connection, '/terraform/state/default/w1', largeBytes, none());
  })();
  const measured = await readBeside({ target, request, perSecond: 200, seconds });
  work.done = true;
  await writing;
  connection.close();
  return measured;
}

async function benchServer(
  target: Target | PlainTarget,
  prefix: string,
  seconds: number,
  print: (text: string) => void,
): Promise<void> {
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(target)));
  const warming = none();
  for (let i = 0; i < workspaces; i += clients) {
    await Promise.all(
      connections.map(
        async (connection, k) => await cycle(connection, `${prefix}/w${i + k}`, smallBytes, warming),
      ),
    );
  }
  const small = none();
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    connections.map(async (connection, k) => {
      for (let i = k; performance.now() < until; i += clients) {
        await cycle(connection, `${prefix}/w${i % workspaces}`, smallBytes, small);
      }
    }),
  );
  for (const verb of ['GET', 'POST', 'LOCK'] as const) {
    print(formatMeasured(`${verb} 100 kB, ${clients} clients`, summarize(small[verb], seconds)));
  }
  const paced = none();
  await cyclesAt(pacePerSecond, 2 * seconds, async (i) => {
    const connection = connections[i % clients];
    if (connection) await cycle(connection, `${prefix}/w${i % workspaces}`, smallBytes, paced);
  });
  for (const verb of ['GET', 'POST', 'LOCK'] as const) {
    print(formatMeasured(`${verb} 100 kB, ${pacePerSecond} applies/s`, summarize(paced[verb], 2 * seconds)));
  }
  const [connection] = connections;
  if (!connection) return;
  const large = none();
  for (let i = 0; i < largeWorkspaces; i++) await cycle(connection, `${prefix}/w${i}`, largeBytes, none());
  for (let i = 0; i < 5 * largeWorkspaces; i++) {
    await cycle(connection, `${prefix}/w${i % largeWorkspaces}`, largeBytes, large);
  }
  for (const verb of ['GET', 'POST'] as const) {
    const seen = large[verb];
    print(
      formatMeasured(
        `${verb} 10 MB, 1 client`,
        summarize(seen, seen.reduce((sum, ms) => sum + ms, 0) / 1000),
      ),
    );
  }
  for (const one of connections) one.close();
}

/** Begins so many cycles in a second, at equal distances, whether those before have ended or not. */
async function cyclesAt(
  perSecond: number,
  seconds: number,
  begin: (i: number) => Promise<void>,
): Promise<void> {
  const start = performance.now();
  const begun: Promise<void>[] = [];
  for (let i = 0; i < perSecond * seconds; i++) {
    await pause(Math.max(0, start + (i / perSecond) * 1000 - performance.now()));
    begun.push(begin(i));
  }
  await Promise.all(begun);
}

const none = (): Latencies => ({ GET: [], POST: [], LOCK: [] });

/** What `terraform apply` asks of a backend: the lock, the state, the next version, the lock back. */
async function cycle(
  connection: Connection,
  path: string,
  bytes: number,
  latencies: Latencies,
): Promise<void> {
  const lock = JSON.stringify({ ID: 'bench', Operation: 'OperationTypeApply', Who: 'bench' });
  const timed = async (
    verb: keyof Latencies | 'UNLOCK',
    request: string,
    body?: Uint8Array,
  ): Promise<void> => {
    const start = performance.now();
    const { status } = await connection.send(request, body);
    if (verb !== 'UNLOCK') latencies[verb].push(performance.now() - start);
    if (status !== 200 && status !== 404) throw new Error(`${verb} ${path} was answered with ${status}`);
  };
  const serial = (serials.get(path) ?? 0) + 1;
  serials.set(path, serial);
  const body = stateOf(serial, bytes);
  const md5 = createHash('md5').update(body).digest('base64');
  const head = `POST ${path}?ID=bench HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-MD5: ${md5}\r\nContent-Length: ${body.length}\r\n\r\n`;
  await timed('LOCK', requestText('LOCK', path, lock));
  // As Terraform asks.
  await timed('GET', requestText('GET', path, undefined, { 'Accept-Encoding': 'gzip' }));
  await timed('POST', head, body);
  await timed('UNLOCK', requestText('UNLOCK', path, lock));
}

/** The newest serial of each state. */
const serials = new Map<string, number>();
const tails = new Map<number, Buffer>();

/** A state of about so many bytes, with resources as a cloud provider writes them. */
function stateOf(serial: number, bytes: number): Buffer {
  let tail = tails.get(bytes);
  if (!tail) {
    const resources: object[] = [];
    for (let size = 0; size < bytes; ) {
      const resource = subnet(resources.length);
      size += JSON.stringify(resource, null, 2).length;
      resources.push(resource);
    }
    tail = Buffer.from(JSON.stringify({ outputs: {}, resources, check_results: null }, null, 2).slice(1));
    tails.set(bytes, tail);
  }
  const head = `{\n  "version": 4,\n  "terraform_version": "1.11.4",\n  "serial": ${serial},\n  "lineage": "bench",`;
  return Buffer.concat([Buffer.from(head), tail]);
}

function subnet(i: number): object {
  const hex = createHash('sha256').update(String(i)).digest('hex');
  const id = `/subscriptions/${hex.slice(0, 32)}/resourceGroups/rg-${i % 40}/providers/Microsoft.Network/virtualNetworks/vnet-${i % 9}/subnets/snet-${i}`;
  const attributes = {
    id,
    name: `snet-${i}`,
    address_prefixes: [`10.${i % 250}.${i % 240}.0/24`],
    resource_group_name: `rg-${i % 40}`,
    virtual_network_name: `vnet-${i % 9}`,
    service_endpoints: ['Microsoft.Storage', 'Microsoft.KeyVault'],
    private_endpoint_network_policies: 'Enabled',
    tags: { owner: `team-${i % 17}`, revision: hex.slice(32) },
    timeouts: null,
  };
  const instance = {
    schema_version: 0,
    attributes,
    sensitive_attributes: [],
    private: Buffer.from(hex).toString('base64'),
  };
  const provider = 'provider["registry.terraform.io/hashicorp/azurerm"]';
  return { mode: 'managed', type: 'azurerm_subnet', name: `snet_${i}`, provider, instances: [instance] };
}
