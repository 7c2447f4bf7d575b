import { equal } from 'node:assert/strict';
import { type Answer, at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';

const collection = '/apis/plinth.dev/v1alpha1/metricsforwards';

/** A queue that sends at once, and does not wait long before it tries again. */
export const quick = {
  batchSendDeadline: '20ms',
  minBackoff: '5ms',
  maxBackoff: '20ms',
  minShards: 1,
  maxShards: 1,
} as const;

/** Makes a forward; the answer may be a refusal. @param root - the path of a tenant */
export function tryForward(client: HttpsClient, name: string, spec: object, root = ''): Promise<Answer> {
  return client.post(`${root}${collection}`, { metadata: { name }, spec });
}

/** Makes a forward and waits until it has begun: what comes from then on is sent. */
export async function forward(client: HttpsClient, name: string, spec: object, root = ''): Promise<void> {
  const made = await tryForward(client, name, { queueConfig: quick, ...spec }, root);
  equal(made.status, 201, made.text);
  await until(`forward ${name} to begin`, async () => {
    const { json } = await readForward(client, name, root);
    return at(json, 'status', 'observedGeneration') === 1 ? true : undefined;
  });
}

/** Changes the spec of a forward, and waits until it goes by it. */
export async function changeForward(client: HttpsClient, name: string, spec: object): Promise<void> {
  const changed = await client.patch(
    `${collection}/${name}`,
    JSON.stringify({ spec }),
    'application/merge-patch+json',
  );
  equal(changed.status, 200, changed.text);
  const generation = at(changed.json, 'metadata', 'generation');
  await until(`forward ${name} to go by its new spec`, async () => {
    const { json } = await readForward(client, name);
    return at(json, 'status', 'observedGeneration') === generation ? true : undefined;
  });
}

export function readForward(client: HttpsClient, name: string, root = ''): Promise<Answer> {
  return client.get(`${root}${collection}/${name}`);
}

/** Removes a forward, and waits until nothing is sent any more. */
export async function removeForward(client: HttpsClient, name: string, root = ''): Promise<void> {
  const removed = await client.delete(`${root}${collection}/${name}`);
  equal(removed.status, 200, removed.text);
}

/** Waits until a condition has a reason. @returns `status: message` */
export async function condition(
  client: HttpsClient,
  name: string,
  type: 'Ready' | 'Complete',
  reason: string,
  root = '',
): Promise<string> {
  let last = '';
  const found = await until(`condition ${type} of forward ${name} to be ${reason}`, async () => {
    const { json, text } = await readForward(client, name, root);
    last = text;
    const conditions = at(json, 'status', 'conditions');
    if (!Array.isArray(conditions)) return undefined;
    const one = listAt(json, 'status', 'conditions').find((each) => at(each, 'type') === type);
    if (at(one, 'reason') !== reason) return undefined;
    return `${textAt(one, 'status')}: ${textAt(one, 'message')}`;
  }).catch((error: unknown) => {
    throw new Error(`forward ${name}: ${last}`, { cause: error });
  });
  return found;
}

/** A number of a forward from /metrics, by its object; undefined where there is none. */
export async function counted(
  client: HttpsClient,
  name: string,
  metric: string,
  more = '',
): Promise<number | undefined> {
  const { text } = await client.get('/metrics');
  const line = text
    .split('\n')
    .find(
      (one) =>
        one.startsWith(`prometheus_remote_storage_${metric}{`) &&
        one.includes(`forward="${name}"`) &&
        one.includes(more),
    );
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

/** Sends but some metrics: Plinth notes its own, too. */
export function onlyMetric(regex: string): object[] {
  return [{ sourceLabels: ['__name__'], regex, action: 'keep' }];
}
