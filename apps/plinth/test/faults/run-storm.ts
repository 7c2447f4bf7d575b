import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunServer } from './run-server.ts';
import { within } from './within.ts';

/** Where runs are requested. */
export const path = '/apis/plinth.dev/v1alpha1/namespaces/default/runs';
const clients = 6;
/** Runs that are acknowledged before a kill, at least. */
const acknowledgedMin = 10;

/**
 * Requests runs over several connections and kills the server at a random instant.
 *
 * @param acknowledged names of the runs of which the request was answered; new ones are added
 */
export async function enqueueAndKill(server: RunServer, acknowledged: Set<string>): Promise<void> {
  const storm = { isOver: false };
  const round = server.readyMs.length;
  const enqueue = async (client: number): Promise<void> => {
    for (let i = 0; !storm.isOver; i++) {
      const name = `r-${round}-${client}-${i}`;
      const spec = { definition: 'faults.work' };
      const object = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Run', metadata: { name }, spec };
      const answer = await server.admin.post(path, object);
      assert.equal(answer.status, 201, answer.text);
      acknowledged.add(name);
      await pause(Math.random() * 60);
    }
  };
  // A request that the kill cuts off has no answer; the run may be there or not.
  const cutOff = (error: unknown): void => {
    if (!storm.isOver) throw error;
  };
  const enqueuing = Array.from({ length: clients }, (_, client) => enqueue(client).catch(cutOff));
  const enough = acknowledged.size + acknowledgedMin;
  await within(20_000, `${acknowledgedMin} runs`, () => acknowledged.size >= enough || undefined);
  // The instant of death is random to the microsecond; this is not a wait for anything.
  await pause(Math.random() * 400);
  storm.isOver = true;
  await server.end('SIGKILL');
  await Promise.all(enqueuing);
}
