import { StoreError } from '../port.ts';
import { type DatabasePlace, describePlace } from './database-place.ts';

/** Conditions of PostgreSQL that mean something here. Spec: PostgreSQL documentation, appendix A. */
const condition = {
  readOnlyTransaction: '25006',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  noDatabase: '3D000',
  noSchema: '3F000',
  insufficientPrivilege: '42501',
  noTable: '42P01',
  noColumn: '42703',
  diskFull: '53100',
  tooManyConnections: '53300',
  lockNotAvailable: '55P03',
  starting: '57P03',
} as const;

/** The code of the condition that the server reports, or of the system, such as `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the server answered with an error and goes on: then it is certain that the statement did nothing. */
export function isRefusedByServer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/**
 * What an error of the database means for somebody who writes or reads while the store is open.
 * @param doing such as `commit to`
 */
export function runningRefusal(error: unknown, place: DatabasePlace, doing: string): StoreError {
  if (error instanceof StoreError) {
    const { code, cause, message, hint } = error;
    // A session could not be opened: for whoever has the store open that means the same as one that was lost.
    if (code !== 'unavailable' && code !== 'permission') return error;
    if (cause !== undefined) return runningRefusal(cause, place, doing);
    return new StoreError('read-only', message, hint === undefined ? {} : { hint });
  }
  const what = `cannot ${doing} ${describePlace(place)}`;
  const refuse = (cause: string, hint: string): StoreError =>
    new StoreError('read-only', `${what}: ${cause}`, { hint, cause: error });
  switch (codeOf(error)) {
    case condition.diskFull:
      return refuse('the disk of the database server is full', 'free space there; writing resumes by itself');
    case condition.readOnlyTransaction:
      return refuse(
        'the server takes no writes',
        'it is a standby: name the primary in the URL, or promote it',
      );
    case condition.insufficientPrivilege:
      return refuse(`no right to write (${messageOf(error)})`, privilegeHint(place));
    case condition.lockNotAvailable:
      return refuse(
        'other processes hold the write lock for too long',
        'try again; see pg_stat_activity on the server for the session that holds it',
      );
    case condition.noSchema:
    case condition.noTable:
    case condition.noColumn:
      return refuse(`its tables are not as they were (${messageOf(error)})`, damageHint);
    default:
      return refuse(
        messageOf(error),
        'try again; reads go on meanwhile, and writing resumes by itself once the database answers',
      );
  }
}

/** What an error means for somebody who opens the store. */
export function openRefusal(error: unknown, place: DatabasePlace): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const what = `cannot open ${describePlace(place)}`;
  const refuse = (kind: 'unavailable' | 'permission' | 'damaged', cause: string, hint: string): StoreError =>
    new StoreError(kind, `${what}: ${cause}`, { hint, cause: error });
  switch (code) {
    case condition.invalidPassword:
    case condition.invalidAuthorization:
      return refuse(
        'permission',
        `the server does not let this user in (${messageOf(error)})`,
        'check user and password in the URL, and pg_hba.conf on the server',
      );
    case condition.insufficientPrivilege:
      return refuse('permission', messageOf(error), privilegeHint(place));
    case condition.noDatabase:
      return refuse(
        'unavailable',
        'there is no such database',
        `make it on the server: CREATE DATABASE ${quoted(place.database)} OWNER ${quoted(place.user)}`,
      );
    case condition.tooManyConnections:
      return refuse(
        'unavailable',
        'the server has no connection left',
        'a process needs three connections: raise max_connections on the server, or end what uses them up',
      );
    case condition.starting:
      return refuse('unavailable', messageOf(error), 'the server is starting or stopping: try again');
    case condition.noSchema:
    case condition.noTable:
    case condition.noColumn:
      return refuse('damaged', `its tables are not those of a store (${messageOf(error)})`, damageHint);
    default:
      return refuse(
        'unavailable',
        messageOf(error),
        'see that the database server runs and can be reached from here, and that the URL names its host and port',
      );
  }
}

/** The URL leads to a store of a newer version. */
export function newerRefusal(place: DatabasePlace, found: number, known: number): StoreError {
  return new StoreError(
    'newer',
    `${describePlace(place)} has schema version ${found}, this program knows up to ${known}`,
    {
      hint: 'run the version of Plinth that wrote it or a newer one, or restore a backup made before the upgrade',
    },
  );
}

export function closedRefusal(place: DatabasePlace): StoreError {
  return new StoreError('closed', `the store in ${describePlace(place)} is closed`);
}

/** The text of an error; several that came together, such as those of a host with two addresses, are joined. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

const damageHint = 'restore the newest backup; do not change the tables of the schema plinth by hand';

function privilegeHint({ database, user }: DatabasePlace): string {
  return `on the server: GRANT CREATE ON DATABASE ${quoted(database)} TO ${quoted(user)}, or CREATE SCHEMA plinth AUTHORIZATION ${quoted(user)}`;
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
