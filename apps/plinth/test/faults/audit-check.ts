import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ApiClient } from '../../src/api/api-client.ts';
import { readConnection } from '../../src/api/kubeconfig.ts';
import { serverSource } from '../../src/audit/log-source.ts';
import { verifySource } from '../../src/audit/verify.ts';
import type { Cluster } from './cluster.ts';
import type { Ledger } from './ledger.ts';

/** Entries that are compared one by one; more would take longer than the storm itself. */
const entriesMax = 200_000;

/**
 * Compares the audit log with what happened to the objects of a storm: each change that became durable, also the ones
 * that the kill left without an answer, has exactly one entry, and the whole log can be verified.
 */
export async function compareAudit(cluster: Cluster, ledger: Ledger, path: string): Promise<void> {
  if (ledger.happened.count > entriesMax) return;
  const client = new ApiClient(readConnection([join(cluster.dataDirectory, 'kubeconfig')]));
  const revisions = new Set<number>();
  let entries = 0;
  for await (const line of client.lines('/audit/events?from=0')) {
    const { type, subject, data } = JSON.parse(line).event;
    if (!type.startsWith('dev.plinth.object.') || !subject.startsWith(`${path}/o-`)) continue;
    entries++;
    revisions.add(data.revision);
  }
  assert.equal(entries, ledger.happened.count, 'changes that happened, and entries of them');
  assert.equal(revisions.size, entries, 'no two entries are about one revision');
  await verifySource(await serverSource(client), undefined, undefined);
}
