import { equal } from 'node:assert/strict';
import { systemClock } from '@plinth/kernel';
import { FloatHistogram, Labels } from '@plinth/prometheus-model';
import {
  compressSnappy,
  encodeWriteRequest,
  encodeWriteRequestV2,
  type RemoteWriteVersion,
  type WriteSeries,
  writeRequestHeaders,
} from '@plinth/remote-write';
import { type Answer, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';

/** Where the Prometheus API of a virtual cluster is; `root` is the path of a tenant, empty for the host. */
export const api = (path: string, root = ''): string => `${root}/prometheus/api/v1${path}`;

/** A native histogram of five observations. */
export const sampleHistogram = new FloatHistogram({
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 2,
  count: 5,
  sum: 9.5,
  positiveSpans: [{ offset: 0, length: 2 }],
  negativeSpans: [],
  positiveBuckets: [1, 2],
  negativeBuckets: [],
  customValues: [],
  counterResetHint: 'unknown',
});

/** A series of floats; the name of the metric stands before the braces: `up{job="a"}` is `['up', { job: 'a' }]`. */
export function seriesOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [timeMs: number, value: number | 'stale'])[],
): WriteSeries {
  return {
    labels: Labels.of({ __name__: name, ...labels }),
    samples: samples.map(([timestampMs, value]) =>
      value === 'stale' ? { timestampMs, value: 0, isStale: true } : { timestampMs, value },
    ),
  };
}

/** A series of one histogram. */
export function histogramSeries(name: string, timestampMs: number): WriteSeries {
  return { labels: Labels.of({ __name__: name }), histograms: [{ timestampMs, histogram: sampleHistogram }] };
}

export interface WriteSettings {
  readonly version?: RemoteWriteVersion;
  readonly root?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends series by remote write. */
export function remoteWrite(
  client: HttpsClient,
  series: readonly WriteSeries[],
  { version = '1.0', ...settings }: WriteSettings = {},
): Promise<Answer> {
  const bytes = version === '2.0' ? encodeWriteRequestV2(series) : encodeWriteRequest(series);
  return sendWrite(client, compressSnappy(bytes), { version, ...settings });
}

/** Sends a body to remote write as it is. */
export function sendWrite(
  client: HttpsClient,
  body: Uint8Array,
  { version = '1.0', root = '', headers = {} }: WriteSettings = {},
): Promise<Answer> {
  return client.send('POST', api('/write', root), {
    body: Buffer.from(body),
    headers: { ...capitalized(writeRequestHeaders(version)), ...headers },
  });
}

function capitalized(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names: Record<string, string> = { 'content-type': 'Content-Type' };
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [names[name] ?? name, value]));
}

/** Writes series that have to be taken. */
export async function written(
  client: HttpsClient,
  series: readonly WriteSeries[],
  settings: WriteSettings = {},
): Promise<void> {
  const answer = await remoteWrite(client, series, settings);
  equal(answer.status, 204, answer.text);
}

/** Asks the Prometheus API. */
export function ask(
  client: HttpsClient,
  path: string,
  parameters: Readonly<Record<string, string | readonly string[]>> = {},
  root = '',
): Promise<Answer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of typeof value === 'string' ? [value] : value) query.append(name, one);
  }
  return client.get(`${api(path, root)}?${query}`);
}

/** The values of an instant query, by the labels of their series without the name. */
export async function valuesOf(
  client: HttpsClient,
  query: string,
  { timeMs, root = '' }: { timeMs?: number; root?: string } = {},
): Promise<Record<string, string>> {
  const time = timeMs === undefined ? {} : { time: String(timeMs / 1000) };
  const answer = await ask(client, '/query', { query, ...time }, root);
  equal(answer.status, 200, answer.text);
  const found: Record<string, string> = {};
  for (const one of listAt(answer.json, 'data', 'result')) {
    const { metric, value } = one as { metric: Record<string, string>; value: [number, string] };
    const { __name__: _, ...labels } = metric;
    found[new URLSearchParams(labels).toString()] = value[1];
  }
  return found;
}

/** The only value of an instant query. */
export async function valueOf(...asked: Parameters<typeof valuesOf>): Promise<string | undefined> {
  const values = Object.values(await valuesOf(...asked));
  if (values.length > 1) throw new Error(`${asked[1]} gives ${values.length} values`);
  return values[0];
}

/** `status errorType: error` of a refusal in the form of the Prometheus API. */
export function refusalOf({ status, json, text }: Answer): string {
  if (json === undefined) return `${status} ${text}`;
  return `${status} ${textAt(json, 'errorType')}: ${textAt(json, 'error')}`;
}

/** The present on a whole second, so that times are short in answers. */
export function secondsNow(): number {
  return Math.floor(systemClock.now() / 1000) * 1000;
}

/** Gives a user a right to metrics in a virtual cluster. */
export async function allowMetrics(
  admin: HttpsClient,
  user: string,
  verbs: readonly string[],
  root = '',
): Promise<void> {
  const rbac = `${root}/apis/rbac.authorization.k8s.io/v1`;
  const name = `metrics-${user.replaceAll(/[^a-z]/g, '-')}`;
  const rules = [{ apiGroups: ['telemetry.plinth.dev'], resources: ['metrics'], verbs }];
  equal((await admin.post(`${rbac}/clusterroles`, { metadata: { name }, rules })).status, 201);
  const bound = await admin.post(`${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', name: user }],
  });
  equal(bound.status, 201, bound.text);
}
