import { setTimeout as pause } from 'node:timers/promises';
import { type Invocation, valueOf } from '../cli/command.ts';
import { codeOf, UsageFailure } from '../cli/failure.ts';

/** How long a database that does not answer is waited for at the start: it often comes up together with the program. */
const patienceMs = 20_000;
const tryEveryMs = 1_000;

/** What the system and the server say of a database that may yet come up. */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  // The server is starting up, shutting down, or has no connection left.
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

/**
 * The database that a command is about: `--database`, or PLINTH_DATABASE, which other users of the machine cannot see.
 *
 * @returns undefined for the embedded store
 * @throws UsageFailure when the command line holds a password
 */
export function databaseOf(invocation: Invocation): string | undefined {
  const given = valueOf(invocation, 'database');
  if (given === undefined) {
    const environment = process.env['PLINTH_DATABASE'];
    return environment === undefined || environment === '' ? undefined : environment;
  }
  if (URL.parse(given)?.password) {
    throw new UsageFailure(
      'the URL of --database holds a password, which every user of this machine can see in the list of processes',
      'put the URL into the variable PLINTH_DATABASE, or the password into PGPASSWORD or ~/.pgpass',
    );
  }
  return given;
}

/** The database in words, without user and password; undefined for the embedded store. */
export function describeDatabase(url: string | undefined): string {
  if (url === undefined) return 'SQLite';
  const parsed = URL.parse(url);
  return parsed?.host ? `PostgreSQL ${parsed.host}${parsed.pathname}` : 'PostgreSQL';
}

/**
 * Starts something on a database, and for a while again when that does not answer.
 *
 * @param waiting called once, with why it is waited
 * @param signal ends the waiting
 * @throws what the last attempt did; at once when waiting will not help
 */
export async function withPatience<Started>(
  start: () => Promise<Started>,
  waiting: (error: Error, patienceSeconds: number) => void,
  signal: AbortSignal,
): Promise<Started> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      const isOver = signal.aborted || performance.now() - startedAt > patienceMs;
      if (!(error instanceof Error) || isOver || !mayPass(error)) throw error;
      if (attempt === 1) waiting(error, patienceMs / 1_000);
      await pause(tryEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function mayPass(error: Error): boolean {
  if (!('code' in error) || error.code !== 'unavailable') return false;
  const { cause } = error;
  const causes = cause instanceof AggregateError ? [cause, ...(cause.errors as unknown[])] : [cause];
  return causes.some((one) => passing.has(codeOf(one) ?? ''));
}
