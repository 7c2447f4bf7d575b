import { get } from 'node:https';
import { Connection, openSocket, requestText, type Target } from './http-client.ts';
import { runPaced } from './load.ts';
import { type Measured, summarize } from './measure.ts';

const namespace = 'default';
const path = `/api/v1/namespaces/${namespace}/configmaps`;

/**
 * Measures how long after a create is sent each watcher has its event. All watchers are in this process, whose own
 * work is thus part of what is measured.
 */
export async function measureWatchLag(
  target: Target,
  options: {
    watchers: number;
    perSecond: number;
    seconds: number;
    /** The process that is watched, when it is not the one that is written to. */
    watched?: Target;
  },
): Promise<Measured> {
  const watched = options.watched ?? target;
  const sentAt = new Map<string, number>();
  const total = Math.round(options.perSecond * options.seconds);
  const lags = new Float64Array(total * options.watchers);
  let told = 0;
  const prefix = `lag-${options.perSecond}-`;
  const { promise, resolve } = Promise.withResolvers<void>();
  const revision = await currentRevision(watched);
  const open = await Promise.all(
    Array.from({ length: options.watchers }, () =>
      watch(watched, revision, (name) => {
        const at = sentAt.get(name);
        if (at === undefined) return;
        lags[told++] = performance.now() - at;
        if (told === lags.length) resolve();
      }),
    ),
  );
  const writers = await Promise.all(Array.from({ length: 32 }, () => Connection.open(target)));
  const free = [...writers];
  const waiting: ((connection: Connection) => void)[] = [];
  const start = performance.now();
  await runPaced(
    async (sequence) => {
      const name = `${prefix}${sequence}`;
      const connection = free.pop() ?? (await new Promise<Connection>((take) => waiting.push(take)));
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { a: 'x'.repeat(450) },
      });
      sentAt.set(name, performance.now());
      await connection.send(requestText('POST', path, body));
      const next = waiting.shift();
      if (next) next(connection);
      else free.push(connection);
    },
    options.perSecond,
    options.seconds,
  );
  await promise;
  for (const close of open) close();
  for (const connection of writers) connection.close();
  return summarize(lags, (performance.now() - start) / 1000);
}

function currentRevision(target: Target): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ ...target, servername: 'localhost', path: `${path}?limit=1`, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(/"resourceVersion":"(\d+)"/.exec(text)?.[1] ?? '0'));
    }).on('error', reject);
  });
}

const nameStart = Buffer.from('"name":"lag-');
const quote = 34;

/**
 * Watches and tells the name of each object that an event is about. It looks for names in the stream as it comes, past
 * its framing, so that 50 watchers in this process cost little beside the server.
 */
async function watch(target: Target, revision: string, seen: (name: string) => void): Promise<() => void> {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let rest: Buffer = Buffer.alloc(0);
  const socket = await openSocket(target, (bytes) => {
    begin();
    const data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let from = 0;
    for (let at = data.indexOf(nameStart); at >= 0; at = data.indexOf(nameStart, from)) {
      const end = data.indexOf(quote, at + nameStart.length);
      // The rest of this name comes with the next piece.
      if (end < 0) break;
      seen(data.toString('latin1', at + 8, end));
      from = end;
    }
    rest = Buffer.from(data.subarray(Math.max(from, data.length - 64)));
  });
  socket.write(requestText('GET', `${path}?watch=true&resourceVersion=${revision}`));
  await begun;
  return () => socket.destroy();
}
