import { isObject } from '@plinth/kernel';
import { Connection, requestText } from './http-client.ts';
import type { Requests } from './metrics-data.ts';
import type { MetricsServer } from './metrics-server.ts';

/** Where a server or one of its tenants takes metrics. */
export type MetricsPlace = Pick<MetricsServer, 'target' | 'root'>;

/** Sends requests of remote write, those of each list one after the other over a connection of its own. */
export async function sendRequests(place: MetricsPlace, requests: Requests): Promise<void> {
  await Promise.all(
    requests.map(async (bodies) => {
      const connection = await Connection.open(place.target);
      for (const body of bodies) {
        const { status } = await connection.send(writeHead(place, body), body);
        if (status < 300) continue;
        const { text } = await connection.sendForText(writeHead(place, body), body);
        throw new Error(`a write was answered ${status}: ${text}`);
      }
      connection.close();
    }),
  );
}

/** The head of a request of remote write. */
export function writeHead({ root }: MetricsPlace, body: Uint8Array): string {
  return requestText('POST', `${root}/api/v1/write`, undefined, {
    'Content-Type': 'application/x-protobuf',
    'Content-Encoding': 'snappy',
    'X-Prometheus-Remote-Write-Version': '0.1.0',
    'Content-Length': String(body.length),
  });
}

/** A question of the HTTP API: the path below `/api/v1`, and its parameters. */
export interface Question {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A question as a request to a server. */
export function questionText({ root }: MetricsPlace, { path, parameters }: Question): string {
  return requestText('GET', `${root}/api/v1${path}?${new URLSearchParams({ ...parameters }).toString()}`);
}

/** What is answered, as the `data` of the answer. @throws Error when it is refused */
export async function ask(
  connection: Connection,
  place: MetricsPlace,
  question: Question,
): Promise<Readonly<Record<string, unknown>> | readonly unknown[]> {
  const { status, text } = await connection.sendForText(questionText(place, question));
  if (status !== 200) throw new Error(`${question.path} was answered ${status}: ${text}`);
  const answer: unknown = JSON.parse(text);
  const data = isObject(answer) ? answer['data'] : undefined;
  if (!isObject(data) && !Array.isArray(data)) throw new Error(`${question.path} was answered ${text}`);
  return data;
}

/** The one value of an instant query; undefined where nothing is found. */
export async function askValue(
  connection: Connection,
  place: MetricsPlace,
  query: string,
  timeMs: number,
): Promise<number | undefined> {
  const data = await ask(connection, place, { path: '/query', parameters: { query, time: seconds(timeMs) } });
  const text = /"value":\[[^,]+,"([^"]+)"\]/.exec(JSON.stringify(data))?.[1];
  return text === undefined ? undefined : Number(text);
}

/** An instant as the API takes it. */
export function seconds(timeMs: number): string {
  return String(timeMs / 1000);
}
