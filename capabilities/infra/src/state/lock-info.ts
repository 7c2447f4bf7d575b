import { StatusError } from '@plinth/kernel';
import { lockTextMax } from '../limits.ts';
import type { TerraformStateLock } from './terraform-state-kind.ts';

/** What a client says about the lock that it wants. Spec: Terraform, internal/states/statemgr, LockInfo. */
export interface LockInfo {
  readonly ID: string;
  readonly Operation: string;
  readonly Info: string;
  readonly Who: string;
  readonly Version: string;
  readonly Created: string;
  readonly Path: string;
}

/**
 * Reads what a client sends with LOCK and UNLOCK.
 * @returns undefined for an empty body, which `terraform force-unlock` sends
 * @throws StatusError 400 naming the field
 */
export function readLockInfo(body: Buffer): LockInfo | undefined {
  const text = body.toString().trim();
  if (text === '') return undefined;
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch (cause) {
    throw badLock('the body is no JSON', cause);
  }
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw badLock('the body is no object');
  const field = (name: keyof LockInfo): string => {
    const value: unknown = Reflect.get(sent, name);
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') throw badLock(`${name}: expected a text`);
    return value.slice(0, lockTextMax);
  };
  const info: LockInfo = {
    ID: field('ID'),
    Operation: field('Operation'),
    Info: field('Info'),
    Who: field('Who'),
    Version: field('Version'),
    Created: field('Created'),
    Path: field('Path'),
  };
  if (info.ID === '') throw badLock('ID: expected the ID of the lock');
  return info;
}

/** A lock as clients know it. */
export function lockInfoOf(lock: TerraformStateLock): LockInfo {
  const { id, operation, info, who, version, created, path } = lock;
  return {
    ID: id,
    Operation: operation,
    Info: info,
    Who: who,
    Version: version,
    Created: created,
    Path: path,
  };
}

export function lockOf(info: LockInfo, user: string, acquiredAt: string): TerraformStateLock {
  const { ID, Operation, Info, Who, Version, Created, Path } = info;
  return {
    id: ID,
    operation: Operation,
    info: Info,
    who: Who,
    version: Version,
    created: Created,
    path: Path,
    user,
    acquiredAt,
  };
}

function badLock(why: string, cause?: unknown): StatusError {
  return new StatusError(400, 'BadRequest', `the lock cannot be read: ${why}`, undefined, cause);
}
