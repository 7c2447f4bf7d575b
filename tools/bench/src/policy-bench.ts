import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, requestText } from './http-client.ts';
import { runLoad } from './load.ts';
import { formatMeasured, type Measured, median } from './measure.ts';
import { type RunningPlinth, startPlinth } from './plinth.ts';
import { readBeside } from './reader.ts';

const bindings = 100;
const group = '/apis/admissionregistration.k8s.io/v1';
const path = '/api/v1/namespaces/default/configmaps';
type Print = (text: string) => void;

/** The p99 of requests while the expressions of others explode. */
const besideMsMax = 100;
/** What 100 matching bindings, each of a policy of its own, may add to the p50 of a create. */
const addedMsMax = 1;
/** Labels of what is written, each looked at by every tenth policy. */
const labels = Array.from({ length: 10 }, (_, i) => `label${i}`);

/** What is in force while something is measured: `bindings` bindings, of so many policies for a resource. */
interface InForce {
  readonly resource: string;
  readonly policies: number;
}

const forOthers: InForce = { resource: 'secrets', policies: bindings };
const distinct: InForce = { resource: 'configmaps', policies: bindings };
const ofOnePolicy: InForce = { resource: 'configmaps', policies: 1 };

function configMap(name: string): string {
  const metadata = { name, labels: Object.fromEntries(labels.map((label) => [label, 'bench'])) };
  const data = { config: 'x'.repeat(430), key: name, mode: 'fast' };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

/**
 * A policy of the usual size: a variable, a loop over the object, a look at a label, and who sent it. No two of them have
 * an expression in common, as those of a real pack do not either, so that nothing is gained by working one out once.
 */
function policy(i: number, resource: string): string {
  const label = labels[i % labels.length];
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: nameOf(i) },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
        ],
      },
      variables: [{ name: label, expression: `object.metadata.?labels.?${label}.orValue('none-${i}')` }],
      validations: [
        {
          expression: `variables.${label} != 'none-${i}' && request.userInfo.username != 'nobody-${i}'`,
          message: `label ${label}`,
        },
        { expression: `object.data.all(key, size(key) <= ${253 + i})`, message: 'long key' },
      ],
    },
  });
}

function nameOf(i: number): string {
  return `bench-${i}`;
}

function binding(name: string, policyName: string): string {
  const spec = { policyName, validationActions: ['Deny'] };
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec,
  });
}

async function send(connection: Connection, method: string, url: string, body?: string): Promise<void> {
  const { status } = await connection.send(requestText(method, url, body));
  if (status >= 300) throw new Error(`${method} ${url} was answered ${status}`);
}

/** Puts policies into force, or takes them away. */
async function install(plinth: RunningPlinth, { resource, policies }: InForce, isOn: boolean): Promise<void> {
  const connection = await Connection.open(plinth.target);
  for (let i = 0; i < bindings; i++) {
    if (isOn) {
      if (i < policies) {
        await send(connection, 'POST', `${group}/validatingadmissionpolicies`, policy(i, resource));
      }
      const body = binding(nameOf(i), nameOf(i % policies));
      await send(connection, 'POST', `${group}/validatingadmissionpolicybindings`, body);
    } else {
      await send(connection, 'DELETE', `${group}/validatingadmissionpolicybindings/${nameOf(i)}`);
      if (i < policies) {
        await send(connection, 'DELETE', `${group}/validatingadmissionpolicies/${nameOf(i)}`);
      }
    }
  }
  connection.close();
}

async function creates(
  plinth: RunningPlinth,
  prefix: string,
  clients: number,
  seconds: number,
): Promise<Measured> {
  const open = await Promise.all(Array.from({ length: clients }, () => Connection.open(plinth.target)));
  const measured = await runLoad(
    open.map(
      (connection) => (sequence) => send(connection, 'POST', path, configMap(`${prefix}-${sequence}`)),
    ),
    seconds,
  );
  for (const connection of open) connection.close();
  return measured;
}

/** A policy whose expression goes through five loops of 50 in each other, for objects with a label. */
function bombPolicy(): string {
  const range = `[${Array.from({ length: 50 }, (_, i) => i).join(', ')}]`;
  const names = ['a', 'b', 'c', 'd', 'e'];
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] };
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'bomb' },
    spec: {
      matchConstraints: { resourceRules: [rule], objectSelector: { matchLabels: { bomb: 'yes' } } },
      validations: [
        { expression: names.reduceRight((inner, name) => `${range}.all(${name}, ${inner})`, 'a + e >= 0') },
      ],
    },
  });
}

/** Requests of others while eight clients set an expression off that explodes, one write after the other. */
async function besideBombs(plinth: RunningPlinth, seconds: number, print: Print): Promise<void> {
  const connection = await Connection.open(plinth.target);
  await send(connection, 'POST', `${group}/validatingadmissionpolicies`, bombPolicy());
  await send(connection, 'POST', `${group}/validatingadmissionpolicybindings`, binding('bomb', 'bomb'));
  connection.close();
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'bomb', labels: { bomb: 'yes' } },
  });
  const open = await Promise.all(Array.from({ length: 8 }, () => Connection.open(plinth.target)));
  const [bombs, reads, writes] = await Promise.all([
    runLoad(
      open.map((one) => async () => {
        const { status } = await one.send(requestText('POST', path, body));
        if (status !== 422) throw new Error(`a bomb was answered ${status} instead of 422`);
      }),
      seconds,
    ),
    readBeside({
      target: plinth.target,
      request: requestText('GET', '/api/v1/namespaces/default'),
      perSecond: 200,
      seconds,
    }),
    creates(plinth, 'beside', 1, seconds),
  ]);
  for (const one of open) one.close();
  print(formatMeasured('expressions that explode, 8 clients', bombs));
  print(formatMeasured('gets beside them (200/s)', reads));
  print(formatMeasured('creates beside them, 1 client', writes));
  print(`others have to be answered within ${besideMsMax} ms (p99)`);
  if (Math.max(reads.p99, writes.p99) > besideMsMax) process.exitCode = 1;
}

/** What matches: the words of the requirement at their harshest, and at their narrowest. */
const matching = [
  ['100 bindings of 100 policies', 'match', distinct],
  ['100 bindings of one policy', 'one', ofOnePolicy],
] as const;

/** Measures what 100 bindings that match add to a create, and 100 that do not. */
export async function benchPolicy(options: { seconds: number; rounds: number }): Promise<void> {
  const { seconds, rounds } = options;
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-'));
  const print: Print = (text) => void process.stdout.write(`${text}\n`);
  const plinth = await startPlinth(join(directory, 'data'));
  try {
    print(`durable creates over HTTPS, ~600-byte objects, ${seconds} s each, medians of ${rounds} rounds`);
    await creates(plinth, 'warm', 8, Math.min(3, seconds));
    for (const clients of [1, 64]) {
      const p50s = new Map<string, number[]>();
      const title = `${clients} client${clients === 1 ? '' : 's'}`;
      const measure = async (what: string, prefix: string): Promise<void> => {
        const measured = await creates(plinth, prefix, clients, seconds);
        print(formatMeasured(`${title}, ${what}`, measured));
        p50s.set(what, [...(p50s.get(what) ?? []), measured.p50]);
      };
      for (let round = 0; round < rounds; round++) {
        await measure('no binding', `none-${clients}-${round}`);
        await install(plinth, forOthers, true);
        await measure('100 bindings for others', `others-${clients}-${round}`);
        await install(plinth, forOthers, false);
        for (const [what, prefix, inForce] of matching) {
          await install(plinth, inForce, true);
          // The first writes compile the policies, and the next ones the code that works them out.
          await creates(plinth, `warm-${prefix}-${clients}-${round}`, clients, Math.min(2, seconds));
          await measure(what, `${prefix}-${clients}-${round}`);
          await install(plinth, inForce, false);
        }
      }
      const p50 = (what: string): number => median(p50s.get(what) ?? []);
      for (const [what, , inForce] of matching) {
        const addedMs = p50(what) - p50('no binding');
        const isBound = clients === 1 && inForce === distinct;
        const bound = isBound ? `, at most ${addedMsMax} ms` : '';
        print(`${title}: ${what} add ${addedMs.toFixed(2)} ms to the p50${bound}`);
        if (isBound && addedMs > addedMsMax) process.exitCode = 1;
      }
    }
    await besideBombs(plinth, seconds, print);
  } finally {
    await plinth.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
