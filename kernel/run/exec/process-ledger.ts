import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../model/json.ts';
import type { ProcessRecord } from '../../ports/processes.ts';
import { ExecError } from './exec-error.ts';
import { isAbsent, namesIn } from './log/log-segments.ts';

/** The record of a program that may be running, and what it runs for. */
export interface LedgerEntry {
  readonly runUid: string;
  readonly step: string;
  readonly process: ProcessRecord;
}

/**
 * The programs that are running, one file each, so that the next start finds them when this process is killed.
 *
 * Nothing is synced: a file is lost only when the machine stops, and then the program has stopped too.
 */
export class ProcessLedger {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Enters a program, or what is known of it now. @throws ExecError `exec.unrecorded` */
  async enter(entry: LedgerEntry): Promise<void> {
    const path = this.#path(entry.process.mark);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ExecError(
        'exec.unrecorded',
        `the program of step ${JSON.stringify(entry.step)} cannot be put on record in ${this.#directory}: ${why}`,
        'see that the disk has space and that the directory belongs to the user of Plinth; then try again',
        error,
      );
    }
  }

  /** Takes a program out that is dead. */
  async remove(mark: string): Promise<void> {
    await rm(this.#path(mark), { force: true });
  }

  /** All programs that may be running. A file that was being written when Plinth was killed names none that had begun. */
  async list(): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for (const name of await namesIn(this.#directory)) {
      const path = join(this.#directory, name);
      if (name.endsWith('.json')) entries.push(...parseEntry(await readIfThere(path)));
      else await rm(path, { force: true });
    }
    return entries;
  }

  #path(mark: string): string {
    return join(this.#directory, `${mark}.json`);
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

function parseEntry(text: string): LedgerEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return []; // Taken out meanwhile, or cut short by a machine that stopped, and its programs with it.
  }
  if (!isObject(value) || !isObject(value['process'])) return [];
  const { runUid, step } = value;
  const { mark, bootId, pid, startTicks, stopSignal, outlives, starter } = value['process'];
  if (typeof runUid !== 'string' || typeof step !== 'string' || typeof mark !== 'string') return [];
  return [
    {
      runUid,
      step,
      process: {
        mark,
        ...(typeof bootId === 'string' ? { bootId } : {}),
        ...(typeof pid === 'number' ? { pid } : {}),
        ...(typeof startTicks === 'number' ? { startTicks } : {}),
        ...(stopSignal === 'SIGINT' ? { stopSignal } : {}),
        ...(outlives === true ? { outlives } : {}),
        ...starterIn(starter),
      },
    },
  ];
}

function starterIn(value: unknown): Pick<ProcessRecord, 'starter'> {
  if (!isObject(value) || typeof value['pid'] !== 'number' || typeof value['startTicks'] !== 'number')
    return {};
  return { starter: { pid: value['pid'], startTicks: value['startTicks'] } };
}
