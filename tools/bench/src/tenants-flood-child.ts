/** Sends requests of one tenant as fast as they are answered, until it is ended. */
import { text } from 'node:stream/consumers';
import { isObject } from '@plinth/kernel';
import { Connection, requestText, type Target } from './http-client.ts';

/** Whom to flood, and over how many connections: what the parent writes to the standard input, as JSON. */
function parseFlood(value: unknown): { target: Target; path: string; connections: number } {
  if (!isObject(value) || !isObject(value['target'])) throw new TypeError('there is nobody to flood');
  const { target } = value;
  const field = (name: string): string => String(target[name]);
  return {
    target: {
      host: field('host'),
      port: Number(target['port']),
      ca: field('ca'),
      cert: field('cert'),
      key: field('key'),
    },
    path: `${field('root')}/api/v1/namespaces/default/configmaps`,
    connections: Number(value['connections']),
  };
}

const payload = 'x'.repeat(1_000);
const { target, path, connections } = parseFlood(JSON.parse(await text(process.stdin)));
let made = 0;

async function flood(): Promise<void> {
  const connection = await Connection.open(target);
  for (;;) {
    const name = `flood-${process.pid}-${made++}`;
    const body = JSON.stringify({ metadata: { name }, data: { payload } });
    await connection.send(requestText('POST', path, body));
    await connection.send(requestText('GET', `${path}/${name}`));
  }
}

const floods = Array.from({ length: connections }, flood);
process.stdout.write('flooding\n');
await Promise.all(floods);
