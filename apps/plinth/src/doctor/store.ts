import { join } from 'node:path';
import {
  type AuditInspection,
  inspectAudit,
  inspectLogs,
  inspectStore,
  type LogsInspection,
  newestSchemaVersion,
  type StoreInspection,
} from '@plinth/kernel';
import { ApiClient } from '../api/api-client.ts';
import { readConnection } from '../api/kubeconfig.ts';
import { reportOf } from '../cli/failure.ts';
import { bad, type Finding, good } from './check.ts';

/** Problems of the store that are listed one by one. */
const problemsShown = 10;

/** What is known of the store, and whether a control plane has it open. */
export interface StoreExamination {
  readonly findings: readonly Finding[];
  readonly isRunning: boolean;
}

/** Examines the store; when a control plane has it open, asks that one. */
export async function examineStore(directory: string, keysDirectory: string): Promise<StoreExamination> {
  const path = join(directory, 'store');
  let audits: readonly AuditInspection[] = [];
  let logs: LogsInspection = { logs: 0, entries: 0, problems: [] };
  const inspection = inspectStore(path, (all) => {
    audits = inspectAudit({ dataDirectory: directory, keysDirectory }, all);
    logs = inspectLogs(all);
  });
  const isRunning = inspection.problems.some(({ code }) => code === 'locked');
  if (isRunning) return { findings: [inUse(inspection), ...(await askServer(directory))], isRunning };
  if (inspection.problems.length === 0) {
    const { revision = 0, objects = 0, diskBytes, schemaVersion } = inspection;
    const schema =
      schemaVersion === newestSchemaVersion
        ? `schema ${schemaVersion}`
        : `schema ${schemaVersion}, which the next start brings to ${newestSchemaVersion}`;
    const text = `rev ${revision}, ${objects} objects, ${Math.ceil(diskBytes / 1024)} KiB, ${schema}`;
    const sound = good('store', `${text}; every page and checksum is right`);
    const found = [sound, ...audits.map((one) => auditFinding(directory, one)), ...logFindings(path, logs)];
    return { findings: found, isRunning };
  }
  const shown = inspection.problems.slice(0, problemsShown);
  const findings = shown.map(({ message, hint }) =>
    bad('store', message, hint ?? 'restore the newest backup', path),
  );
  const more = inspection.problems.length - shown.length;
  if (more > 0)
    findings.push(bad('store', `and ${more} more problems`, 'all of them: plinth doctor --json', path));
  return { findings, isRunning };
}

function auditFinding(directory: string, { log, entries, signed, problem }: AuditInspection): Finding {
  if (problem === undefined) {
    const covered = signed === undefined ? 'nothing was signed' : `the checkpoint over ${signed} holds`;
    return good('audit', `${log}: ${entries} entries, ${covered}`);
  }
  const hint = 'restore the newest backup, keep the damaged files, and find out who changed them';
  return bad('audit', `${log}: ${problem}`, hint, join(directory, 'audit'));
}

/** Nothing where there are none. */
function logFindings(path: string, { logs, entries, problems }: LogsInspection): Finding[] {
  if (problems.length > 0) {
    const hint = 'restore the newest backup, or delete the objects that the logs belong to';
    return problems.slice(0, problemsShown).map((problem) => bad('logs', problem, hint, path));
  }
  return logs === 0 ? [] : [good('logs', `${logs} logs, ${entries} entries; every checksum is right`)];
}

function inUse({ ownerPid, diskBytes }: StoreInspection): Finding {
  const owner = ownerPid === undefined ? 'another process' : `process ${ownerPid}`;
  return good(
    'store',
    `in use by ${owner}, ${Math.ceil(diskBytes / 1024)} KiB; the process is asked instead`,
  );
}

/** Asks the running control plane for its own view. */
async function askServer(directory: string): Promise<Finding[]> {
  const path = join(directory, 'kubeconfig');
  try {
    const connection = readConnection([path]);
    const { status, text } = await new ApiClient(connection).send('/readyz?verbose');
    const failures = text.split('\n').filter((line) => line.startsWith('[-]'));
    if (status === 200) {
      const passed = text.split('\n').filter((line) => line.startsWith('[+]')).length;
      return [good('api', `${connection.server} is ready (${passed} checks)`)];
    }
    const hint = 'the message says what to do; the process goes on serving what it can';
    if (failures.length === 0) return [bad('api', `${connection.server} answered ${status}`, hint, path)];
    return failures.map((line) => bad('api', line.slice('[-]'.length), hint));
  } catch (error) {
    const { message, hint, file } = reportOf(error);
    return [
      bad(
        'api',
        message,
        hint ?? 'the process holds the store but does not answer: look at its output, or stop it',
        file ?? path,
      ),
    ];
  }
}
