import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireNotMoved, requireWhole } from '@plinth/kernel';
import { readConnection } from '../api/kubeconfig.ts';
import { dataPlacesOf } from '../backup/backup-origin.ts';
import { type Invocation, valueOf } from '../cli/command.ts';
import { codeOf, reportOf } from '../cli/failure.ts';
import { dataArgument } from '../cli/place.ts';
import { Terminal } from '../cli/terminal.ts';
import { examineCertificates, examineKubeconfig } from '../doctor/certificates.ts';
import { bad, type Finding, good } from '../doctor/check.ts';
import { examineSharedDatabase } from '../doctor/database.ts';
import {
  examineClock,
  examineFileTime,
  examineNode,
  examinePort,
  examineSpace,
  examineSync,
} from '../doctor/machine.ts';
import { examineKeys, examineModes } from '../doctor/private-files.ts';
import { examineStore } from '../doctor/store.ts';
import { databaseOf } from '../up/database.ts';

type Examination = () => readonly Finding[] | Promise<readonly Finding[]>;

/** What is examined. */
interface Installation {
  readonly directory: string;
  readonly keysDirectory: string;
  /** URL of the database that holds the store; undefined for the embedded one. */
  readonly database: string | undefined;
}

/** Examines an installation. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const asked = new Terminal(terminal.json || valueOf(invocation, 'output') === 'json');
  const { dataDirectory: directory, keysDirectory } = dataPlacesOf(invocation);
  const installation = { directory, keysDirectory, database: databaseOf(invocation) };
  const findings = await examine(
    [
      ['node', () => [examineNode()]],
      ['data', () => [examineDirectory(installation)]],
    ],
    asked,
  );
  let isRunning = false;
  // Without a data directory there is nothing else to look at.
  if (findings.every(({ ok }) => ok)) {
    const stored = await examine([['store', () => storeFindings(installation, asked)]], asked);
    isRunning = stored.some(({ name }) => name === 'api');
    findings.push(...stored, ...(await examine(machineChecks(installation, isRunning), asked)));
  }
  const wrong = findings.filter(({ ok }) => !ok).length;
  if (asked.json) asked.data({ ok: wrong === 0, data: resolve(directory), running: isRunning, findings });
  else
    asked.line(
      wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${findings.length} checks found something wrong.`,
    );
  return wrong === 0 ? 0 : 1;
}

async function storeFindings(
  { directory, keysDirectory, database }: Installation,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  if (database === undefined) {
    terminal.progress('examining the store');
    return (await examineStore(directory, keysDirectory)).findings;
  }
  terminal.progress('examining the database');
  return await examineSharedDatabase(database);
}

function machineChecks(
  { directory, keysDirectory, database }: Installation,
  isRunning: boolean,
): [string, Examination][] {
  const nowMs = Date.now();
  return [
    ['modes', () => [examineModes(directory)]],
    ['keys', () => [examineKeys(keysDirectory)]],
    ['certificates', () => examineCertificates(directory, keysDirectory, nowMs)],
    ['kubeconfig', () => [examineKubeconfig(directory, keysDirectory, nowMs)]],
    ['disk', () => [examineSpace(directory)]],
    ['fsync', () => [examineSync(directory)]],
    ['clock', () => [examineClock(directory, nowMs)]],
    ['skew', () => [examineFileTime(directory, () => Date.now())]],
    // Who else uses a database is not known here, so that a port that is taken says nothing.
    ['port', async () => (database === undefined ? await examineFreePort(directory, isRunning) : [])],
  ];
}

async function examine(
  examinations: readonly (readonly [string, Examination])[],
  terminal: Terminal,
): Promise<Finding[]> {
  const all: Finding[] = [];
  for (const [name, examination] of examinations) {
    let findings: readonly Finding[];
    try {
      findings = await examination();
    } catch (error) {
      const { message, hint, file } = reportOf(error);
      findings = [bad(name, `cannot be examined: ${message}`, hint ?? 'see the cause', file)];
    }
    all.push(...findings);
    if (!terminal.json) for (const finding of findings) show(terminal, finding);
  }
  return all;
}

function show(terminal: Terminal, { ok, name, detail, hint, file }: Finding): void {
  terminal.fact(ok ? 'good' : 'bad', name, detail);
  if (hint !== undefined) terminal.line(`${' '.repeat(17)}→ ${hint}`);
  if (file !== undefined && !detail.includes(file)) terminal.line(`${' '.repeat(17)}  ${file}`);
}

function examineDirectory({ directory, database }: Installation): Finding {
  const path = resolve(directory);
  try {
    if (!statSync(path).isDirectory()) {
      return bad('data', `${directory} is a file`, 'name the data directory with --data', path);
    }
    requireWhole(directory);
    if (database === undefined) {
      requireNotMoved(directory);
      if (!statSync(join(path, 'store'), { throwIfNoEntry: false })) {
        const hint = `start once: plinth up${dataArgument(directory)}`;
        return bad('data', `${directory} has no store`, hint, path);
      }
    }
    return good('data', path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      const hint = `start once: plinth up${dataArgument(directory)}; or name another with --data`;
      return bad('data', `there is no data directory ${directory}`, hint, path);
    }
    const { message, hint } = reportOf(error);
    return bad('data', message, hint ?? 'see the cause', path);
  }
}

/** The port of the last run; unknown without a kubeconfig, taken by the control plane itself while it runs. */
async function examineFreePort(directory: string, isRunning: boolean): Promise<Finding[]> {
  if (isRunning) return [];
  let server: string;
  try {
    ({ server } = readConnection([join(directory, 'kubeconfig')]));
  } catch {
    return []; // That it cannot be read is a finding of its own.
  }
  return [await examinePort(server)];
}
