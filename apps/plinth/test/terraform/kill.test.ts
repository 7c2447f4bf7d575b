import { equal } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '@plinth/kernel';
import { readCredentials, ServerProcess } from '../faults/server-process.ts';
import { at, HttpsClient, listAt } from '../harness/https-client.ts';
import { Applier } from './states.ts';

const kills = Number(process.env['PLINTH_STATE_KILLS'] ?? 3);
const paths = ['/terraform/state/default/a', '/terraform/state/default/b'];
/** Writes after which the process is killed, at random up to this many. */
const writesMax = 40;

test(`kill -9 at ${kills} random instants while states are written: every acknowledged serial is there, whole`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-state-kill-'));
  const data = join(directory, 'data');
  const appliers = [0, 1, 2, 3].map((i) => new Applier(`w${i}`, paths[i % 2] ?? ''));
  let server = await ServerProcess.start(data);
  let unanswered = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      let left = 1 + systemRandom.below(writesMax);
      const running = appliers.map(async (applier) => {
        const client = new HttpsClient(server.url, readCredentials(join(data, 'kubeconfig')));
        try {
          while (left > 0) if (await applier.apply(client)) left--;
        } catch (error) {
          // The connection broke; an answer that must not be is an error of another kind.
          if (!(error instanceof Error && 'code' in error)) throw error;
        } finally {
          client.close();
        }
      });
      await Promise.race(running);
      await server.end('SIGKILL');
      await Promise.all(running);
      server = await ServerProcess.start(data);
      equal(server.errors, '');
      // Clients that died with the server hold their locks.
      for (const path of paths) equal((await server.admin.send('UNLOCK', path)).status, 200);
      for (const path of paths) unanswered += await settle(server, path, appliers);
    }
    const serials = await Promise.all(paths.map(async (path) => await check(server, path, appliers)));
    t.diagnostic(
      `${serials.reduce((sum, one) => sum + one, 0)} serials over ${kills} kills, ${unanswered} of them without an answer`,
    );
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

/** What was sent and not answered is there as it was sent, or not at all. @returns how many are there */
async function settle(server: ServerProcess, path: string, appliers: readonly Applier[]): Promise<number> {
  let found = 0;
  for (const applier of appliers.filter((one) => one.path === path && one.open)) {
    const { open } = applier;
    const { status, json } = await server.admin.get(`${path}?serial=${open?.serial}`);
    if (open && status === 200 && at(json, 'outputs', 'writer', 'value') === applier.writer) {
      applier.acknowledged.push(open);
      found++;
    }
    applier.open = undefined;
  }
  return found;
}

/** Each acknowledged version is there, and there is no other one. @returns how many there are */
async function check(server: ServerProcess, path: string, appliers: readonly Applier[]): Promise<number> {
  const written = appliers.filter((one) => one.path === path).flatMap(({ acknowledged }) => acknowledged);
  const bySerial = new Map(written.map(({ serial, writer }) => [serial, writer]));
  equal(bySerial.size, written.length, 'no serial was acknowledged twice');
  for (let serial = 1; serial <= written.length; serial++) {
    const { json, text } = await server.admin.get(`${path}?serial=${serial}`);
    equal(
      at(json, 'outputs', 'writer', 'value'),
      bySerial.get(serial),
      `${path} ${serial}: ${text.slice(0, 200)}`,
    );
  }
  const object = `/apis/plinth.dev/v1alpha1/namespaces/default/terraformstates/${path.split('/').at(-1)}`;
  const { json } = await server.admin.get(object);
  equal(at(json, 'status', 'serial'), written.length);
  equal(listAt(json, 'status', 'history').length, Math.min(written.length, 10));
  return written.length;
}
