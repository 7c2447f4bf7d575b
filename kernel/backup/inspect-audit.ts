import { isAuditLog } from '../audit/trail.ts';
import { KeyError } from '../crypto/key-error.ts';
import { StoreError } from '../store/port.ts';
import type { InspectedLogs } from '../store/sqlite-inspect.ts';
import { BackupError } from './backup-error.ts';
import { entriesPerRead } from './limits.ts';
import { LogTree } from './log-tree.ts';
import { type FilePlaces, signedCheckpoints, signedHeads } from './private-files.ts';

/** What an examination of an audit log found. */
export interface AuditInspection {
  /** Name of the log. */
  readonly log: string;
  readonly entries: number;
  /** Entries that the last checkpoint covers; absent where nothing was signed. */
  readonly signed?: number;
  /** What is wrong; absent when the entries are those that were signed. */
  readonly problem?: string;
}

/**
 * Compares the entries of every audit log with the checkpoint that was signed about it last, by computing its tree anew.
 * @param logs of the store, as `inspectStore` shows them
 */
export function inspectAudit(places: FilePlaces, logs: InspectedLogs): AuditInspection[] {
  const inspections: AuditInspection[] = [];
  const seen = new Set<string>();
  for (const { log, files } of signedHeads(places)) {
    seen.add(log);
    const entries = logs.ends.get(log) ?? 0;
    try {
      const checkpoint = signedCheckpoints(files).get(log);
      const tree = new LogTree(log, checkpoint);
      while (tree.size < entries) tree.add(logs.read(log, tree.size, entriesPerRead));
      tree.end();
      inspections.push({ log, entries, ...(checkpoint ? { signed: checkpoint.size } : {}) });
    } catch (error) {
      inspections.push({ log, entries, problem: problemOf(error) });
    }
  }
  for (const [log, entries] of logs.ends) {
    if (isAuditLog(log) && !seen.has(log)) inspections.push({ log, entries });
  }
  return inspections;
}

function problemOf(error: unknown): string {
  if (error instanceof BackupError) return error.detail;
  if (error instanceof StoreError || error instanceof KeyError) return error.message;
  throw error;
}
