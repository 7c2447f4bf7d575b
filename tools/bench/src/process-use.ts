import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of a second in which the kernel tells the times of processes; the same on all of Linux. */
const ticksPerSecond = 100;

/** Processor seconds of a process and of those that it has started. */
export interface ProcessorUse {
  /** Of the process, and of the processes of its own that live: those that start programs. */
  readonly own: number;
  /** Of the programs that have ended. */
  readonly programs: number;
}

/** Processor seconds that a process has used, those of threads that have ended among them. */
export function processorSeconds(pid: number): number {
  return timesOf(pid).own;
}

/** The same, with what the process has started, and with what that has. */
export function processorUse(pid: number): ProcessorUse {
  const all = [pid, ...childrenOf(pid)].map(timesOf);
  return {
    own: all.reduce((sum, { own }) => sum + own, 0),
    programs: all.reduce((sum, { programs }) => sum + programs, 0),
  };
}

function timesOf(pid: number): ProcessorUse {
  const [user = 0, system = 0, ofPrograms = 0, systemOfPrograms = 0] = statOf(pid).slice(11, 15).map(Number);
  return {
    own: (user + system) / ticksPerSecond,
    programs: (ofPrograms + systemOfPrograms) / ticksPerSecond,
  };
}

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((one) => Number(statOf(one)[1]) === pid);
}

/** The fields after the name of a process; none when it is gone. Spec: proc_pid_stat(5). */
function statOf(pid: number): string[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return []; // It has ended since it was listed.
  }
  // The second field is a name in parentheses, which may contain anything.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Processor milliseconds that the threads of a process have used: finer than ticks, without threads that have ended. */
export function threadMs(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

/** Resident memory of a process in MiB, now and at its highest. */
export function residentMiB(pid: number): { readonly now: number; readonly most: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024;
  return { now: field('VmRSS'), most: field('VmHWM') };
}
