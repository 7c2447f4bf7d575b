import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConnection } from '../api/kubeconfig.ts';
import type { Invocation } from '../cli/command.ts';
import { codeOf, reportOf } from '../cli/failure.ts';
import { dataArgument, dataDirectoryOf } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import { examineCertificates, examineKubeconfig } from '../doctor/certificates.ts';
import { bad, type Finding, good } from '../doctor/check.ts';
import { examineClock, examineNode, examinePort, examineSpace, examineSync } from '../doctor/machine.ts';
import { examineKeys, examineModes } from '../doctor/private-files.ts';
import { examineStore } from '../doctor/store.ts';

type Examination = () => readonly Finding[] | Promise<readonly Finding[]>;

/** Examines an installation. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const directory = dataDirectoryOf(invocation);
  const nowMs = Date.now();
  let isRunning = false;
  const first: [string, Examination][] = [
    ['node', () => [examineNode()]],
    ['data', () => [examineDirectory(directory)]],
  ];
  const rest: [string, Examination][] = [
    [
      'store',
      async () => {
        terminal.progress('examining the store');
        const examination = await examineStore(directory);
        isRunning = examination.isRunning;
        return examination.findings;
      },
    ],
    ['modes', () => [examineModes(directory)]],
    ['keys', () => [examineKeys(directory)]],
    ['certificates', () => examineCertificates(directory, nowMs)],
    ['kubeconfig', () => [examineKubeconfig(directory, nowMs)]],
    ['disk', () => [examineSpace(directory)]],
    ['fsync', () => [examineSync(directory)]],
    ['clock', () => [examineClock(directory, nowMs)]],
    ['port', async () => await examineFreePort(directory, isRunning)],
  ];
  const findings = await examine(first, terminal);
  // Without a data directory there is nothing else to look at.
  if (findings.every(({ ok }) => ok)) findings.push(...(await examine(rest, terminal)));
  const wrong = findings.filter(({ ok }) => !ok).length;
  if (terminal.json)
    terminal.data({ ok: wrong === 0, data: resolve(directory), running: isRunning, findings });
  else
    terminal.line(
      wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${findings.length} checks found something wrong.`,
    );
  return wrong === 0 ? 0 : 1;
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

function examineDirectory(directory: string): Finding {
  const path = resolve(directory);
  try {
    if (!statSync(path).isDirectory()) {
      return bad('data', `${directory} is a file`, 'name the data directory with --data', path);
    }
    if (!statSync(join(path, 'store'), { throwIfNoEntry: false })) {
      return bad(
        'data',
        `${directory} has no store`,
        `start once: plinth up${dataArgument(directory)}`,
        path,
      );
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
