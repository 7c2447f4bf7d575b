import { isAuditLog } from '../audit/trail.ts';
import { StoreError } from '../store/port.ts';
import type { InspectedLogs } from '../store/sqlite-inspect.ts';
import { entriesPerRead } from './limits.ts';

/** What an examination of the logs of capabilities found. */
export interface LogsInspection {
  readonly logs: number;
  readonly entries: number;
  /** A message for each log with an entry that is not as it was written. */
  readonly problems: readonly string[];
}

/** Reads every entry of the logs that are no audit logs, such as those with the states of Terraform. */
export function inspectLogs(logs: InspectedLogs): LogsInspection {
  const own = [...logs.ends].filter(([log]) => !isAuditLog(log));
  const problems: string[] = [];
  for (const [log, end] of own) {
    try {
      for (let from = 0; from < end; ) {
        const { length } = logs.read(log, from, entriesPerRead);
        if (length === 0)
          throw new StoreError('damaged', `the log ${log} ends at ${from}, and should at ${end}`);
        from += length;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      problems.push(error.message);
    }
  }
  return { logs: own.length, entries: own.reduce((sum, [, end]) => sum + end, 0), problems };
}
