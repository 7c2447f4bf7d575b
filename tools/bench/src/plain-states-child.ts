// The least that Terraform takes for a state backend: a file for each state, synced before it is answered.

import { open, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const [directory = ''] = process.argv.slice(2);
const locks = new Map<string, string>();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [name = ''] = (request.url ?? '').slice(1).split('?');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const file = join(directory, name.replaceAll('/', '-'));
  if (request.method === 'LOCK') {
    if (locks.has(name)) response.writeHead(423).end(locks.get(name));
    else {
      locks.set(name, body.toString());
      response.end();
    }
  } else if (request.method === 'UNLOCK') {
    locks.delete(name);
    response.end();
  } else if (request.method === 'POST') {
    const handle = await open(file, 'w');
    await handle.writeFile(body);
    await handle.sync();
    await handle.close();
    response.end();
  } else {
    const state = await readFile(file).catch(() => undefined);
    response.writeHead(state ? 200 : 404).end(state);
  }
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(String((server.address() as AddressInfo).port)));
