import { readdirSync, readFileSync } from 'node:fs';

/** A process as `/proc` shows it. Spec: proc_pid_stat(5). */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** When it was started, in clock ticks since the boot. */
  readonly startTicks: number;
}

/** The environment variable that the processes of a program are found by. */
export const markVariable = 'PLINTH_PROCESS';

/** Names the present boot of the machine; undefined where there is no `/proc`. */
export function bootId(): string | undefined {
  return readProc('/proc/sys/kernel/random/boot_id')?.toString('latin1').trim();
}

/** A process that lives: neither gone nor a zombie, which is dead but not yet asked after by its parent. */
export function processEntry(pid: number): ProcessEntry | undefined {
  const stat = readProc(`/proc/${pid}/stat`)?.toString('latin1');
  if (stat === undefined) return undefined;
  // The name in parentheses is the program's choice and may hold spaces and parentheses; nothing after it does.
  const [state = '', , group = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, group: Number(group), startTicks: Number(rest[16]) };
}

/** All that live in a process group. */
export function groupMembers(group: number): Promise<ProcessEntry[]> {
  return entries((entry) => entry.group === group);
}

/**
 * All that carry a mark, wherever they have gone. Those of other users keep their environment to themselves, and a program
 * that overwrites it is not found.
 */
export function markedProcesses(mark: string): Promise<ProcessEntry[]> {
  const variable = Buffer.from(`\0${markVariable}=${mark}\0`);
  return entries(({ pid }) => {
    const environment = readProc(`/proc/${pid}/environ`);
    return environment !== undefined && Buffer.concat([zero, environment, zero]).includes(variable);
  });
}

const zero = Buffer.of(0);

/** Processes that are looked at in one turn of the event loop; each took 25 us. */
const lookedAtOnce = 64;

async function entries(matches: (entry: ProcessEntry) => boolean): Promise<ProcessEntry[]> {
  const found: ProcessEntry[] = [];
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const [i, name] of numbers.entries()) {
    if (i % lookedAtOnce === lookedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
    const entry = processEntry(Number(name));
    if (entry !== undefined && matches(entry)) found.push(entry);
  }
  return found;
}

/** What reading `/proc` says of processes that are gone or of somebody else. */
const hidden: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR']);

function readProc(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hidden.has(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
