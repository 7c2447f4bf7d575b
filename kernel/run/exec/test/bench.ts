import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../ports/clock.ts';
import { hostedProcesses } from '../../../ports/hosted-processes.ts';
import { groupMembers, markedProcesses, processEntry } from '../../../ports/process-table.ts';
import type { ProcessRecord, ProcessRequest } from '../../../ports/processes.ts';
import { systemRandom } from '../../../ports/random.ts';

/** Why tests of processes are skipped here; false where they run. */
export const skip =
  process.platform === 'linux' ? false : 'processes are looked for in /proc, which only Linux has';

export const processes = hostedProcesses(systemClock, systemRandom);

/** What programs of tests find their own programs by. */
export const path = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };

/** The path of a program in `programs/`. */
export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

/** A directory that is there until the test ends. */
export function temporary(t: { after(fn: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-exec-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A request that keeps its records and its output. */
export function observed(request: Partial<ProcessRequest>): {
  request: ProcessRequest;
  records: ProcessRecord[];
  output: { stdout: string; stderr: string };
} {
  const records: ProcessRecord[] = [];
  const output = { stdout: '', stderr: '' };
  return {
    records,
    output,
    request: {
      file: 'sh',
      args: [],
      env: path,
      onRecord: (record) => void records.push(record),
      onOutput: (stream, bytes) => {
        output[stream] += bytes.toString();
      },
      ...request,
    },
  };
}

/** Everything that lives of a recorded program: its group, and whatever carries its mark. */
export async function living(record: ProcessRecord): Promise<number[]> {
  const members = record.pid === undefined ? [] : await groupMembers(record.pid);
  return [...new Set([...members, ...(await markedProcesses(record.mark))].map(({ pid }) => pid))];
}

/** The command lines of living processes that hold a text; for programs whose mark the test does not know. */
export function livingWith(text: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid || !processEntry(Number(name))) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(text) ? [line] : [];
    } catch {
      return []; // Gone since it was listed.
    }
  });
}

const waitMsMax = 15_000;

/** Asks until there is an answer. @throws Error after 15 s */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + waitMsMax;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endMs) throw new Error(`waited ${waitMsMax} ms for ${what}`);
    await pause(5);
  }
}
