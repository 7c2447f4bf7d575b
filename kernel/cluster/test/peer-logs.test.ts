import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPki, type Pki } from '../../auth/pki/certificate-authority.ts';
import { StatusError } from '../../model/status-error.ts';
import { systemClock } from '../../ports/clock.ts';
import { PeerClient } from '../../ports/peer-client.ts';
import { systemRandom } from '../../ports/random.ts';
import type { RunLogSource } from '../../run/exec-port.ts';
import { PeerLogs } from '../peer-logs.ts';

const directory = mkdtempSync(join(tmpdir(), 'plinth-peers-'));
let pki: Pki;
let client: PeerClient;
let server: Server;
let url = '';
/** What the peer answers: the paths that it was asked, and lines by path. */
const asked: string[] = [];
const answers = new Map<string, string[]>();
let breaksOff = false;

before(async () => {
  pki = await openPki(directory, { clock: systemClock, random: systemRandom });
  const { certificate, key } = await pki.adminCertificate();
  client = new PeerClient({ ca: pki.ca, cert: certificate, key: key.reveal() });
  const tls = { key: pki.server.key.reveal(), cert: pki.server.certificate, ca: pki.ca };
  server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    asked.push(request.url ?? '');
    const lines = answers.get(request.url ?? '');
    if (!lines) response.writeHead(404).end('nothing');
    else {
      response.write(lines.map((line) => `${line}\n`).join(''), () => {
        if (breaksOff) response.destroy();
        else response.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  url = `https://127.0.0.2:${(server.address() as AddressInfo).port}`;
});
after(() => {
  client.close();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A process that has the log of one step of every run. */
const local: RunLogSource = {
  list: async () => [{ step: 'here', isLive: false }],
  async *follow(_runUid, step, { offset }) {
    yield { offset, nextOffset: offset + 1, record: { kind: 'output', text: step } };
  },
};
const place = { offset: 7, signal: new AbortController().signal };

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('logs of peers are listed beside those of this process, and read from who keeps them', async () => {
  const logs = new PeerLogs(local, () => [{ id: 'other', url }], client);
  answers.set('/peer/run-logs/u1', ['{"step":"a/b ü","isLive":true}']);
  assert.deepEqual(await logs.list('u1'), [
    { step: 'here', isLive: false },
    { step: 'a/b ü', isLive: true, place: 'other' },
  ]);
  answers.set('/peer/run-logs/u1/a%2Fb%20%C3%BC?offset=7', [
    '{"offset":7,"nextOffset":9,"record":{"kind":"output","text":"x"}}',
    '{"offset":9,"nextOffset":12,"record":{"kind":"end","exitCode":0}}',
  ]);
  const read = await all(logs.follow('u1', 'a/b ü', { ...place, place: 'other' }));
  assert.deepEqual(
    read.map(({ offset, nextOffset }) => [offset, nextOffset]),
    [
      [7, 9],
      [9, 12],
    ],
  );
  assert.equal((await all(logs.follow('u1', 'here', place)))[0]?.nextOffset, 8);
  // A process that has left meanwhile has nothing to tell.
  assert.deepEqual(await all(logs.follow('u1', 'a/b ü', { ...place, place: 'gone' })), []);
});

test('a peer that does not answer, refuses or breaks off: that is said, and what it may have is not left out silently', async () => {
  const refusal = (error: unknown): boolean =>
    error instanceof StatusError && error.code === 503 && /process other/.test(error.message);
  const dead = new PeerLogs(local, () => [{ id: 'other', url: 'https://127.0.0.2:9' }], client);
  await assert.rejects(dead.list('u1'), refusal);
  const logs = new PeerLogs(local, () => [{ id: 'other', url }], client);
  await assert.rejects(logs.list('unknown'), refusal);
  answers.set('/peer/run-logs/u2/s?offset=7', ['{"offset":7,"nextOffset":9,"record":{}}']);
  breaksOff = true;
  await assert.rejects(all(logs.follow('u2', 's', { ...place, place: 'other' })), refusal);
  breaksOff = false;
  answers.set('/peer/run-logs/u3/s?offset=7', ['{"offset":"7"}']);
  await assert.rejects(all(logs.follow('u3', 's', { ...place, place: 'other' })), refusal);
});

test('whoever has no certificate of the installation is not asked', async () => {
  const other = await openPki(join(directory, 'other'), { clock: systemClock, random: systemRandom });
  const { certificate, key } = await other.adminCertificate();
  const stranger = new PeerClient({ ca: other.ca, cert: certificate, key: key.reveal() });
  const before = asked.length;
  const logs = new PeerLogs(local, () => [{ id: 'other', url }], stranger);
  await assert.rejects(logs.list('u1'), StatusError);
  assert.equal(asked.length, before);
  stranger.close();
});
