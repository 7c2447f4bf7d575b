import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { test } from 'node:test';
import { Connection, requestText } from '../src/http-client.ts';

/** Asks a server without TLS over one connection. */
async function withConnection(
  listener: RequestListener,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const connection = await Connection.open({ host: '127.0.0.1', port: address.port });
  try {
    await work(connection);
  } finally {
    connection.close();
    server.close();
  }
}

test('bodies are read whether their length was told or they come in chunks, and answers without one', async () => {
  const long = 'ü'.repeat(100_000);
  const answers: Readonly<Record<string, RequestListener>> = {
    '/told': (_, response) => void response.setHeader('Content-Length', '4').end('told'),
    '/chunks': (_, response) => {
      response.write('first,');
      response.end(long);
    },
    '/empty': (_, response) => void response.writeHead(204).end(),
  };
  await withConnection(
    (request, response) => answers[request.url ?? '']?.(request, response),
    async (connection) => {
      deepEqual(await connection.sendForText(requestText('GET', '/told')), { status: 200, text: 'told' });
      const { text } = await connection.sendForText(requestText('GET', '/chunks'));
      equal(text, `first,${long}`);
      equal((await connection.send(requestText('GET', '/empty'))).status, 204);
      equal((await connection.send(requestText('GET', '/told'))).bytes, 4);
    },
  );
});

test('a body of bytes is sent as it is', async () => {
  await withConnection(
    (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => response.end(Buffer.concat(parts).toString('hex')));
    },
    async (connection) => {
      const body = Uint8Array.of(0, 255, 13, 10);
      const head = requestText('POST', '/', undefined, { 'Content-Length': '4' });
      equal((await connection.sendForText(head, body)).text, '00ff0d0a');
    },
  );
});
