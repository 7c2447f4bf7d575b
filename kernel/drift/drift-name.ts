import { createHash } from 'node:crypto';
import { parseGroupVersion } from '../model/resource-type.ts';
import type { DriftTarget } from './drift-kind.ts';

/** Characters of the readable part; with the digest the name also fits into a label. */
const readableMax = 50;
const digestChars = 12;

/** What makes two reports be about the same drift. */
export interface DriftIdentity {
  readonly reporter: string;
  readonly target: DriftTarget;
  /** Unique id of the object that declares, so that one that is made anew under its name starts afresh. */
  readonly declarerUid?: string;
}

/** The name of the Drift of a target, always the same; versions of the target's kind make no difference. */
export function driftName({ reporter, target, declarerUid = '' }: DriftIdentity): string {
  const { group } = parseGroupVersion(target.apiVersion);
  const identity = [reporter, declarerUid, group, target.kind, target.namespace ?? '', target.name];
  return named(`${target.kind}-${target.name}`, identity);
}

/**
 * The name of the Plan of a drift. It is recorded before the Plan is made, so that a Plan is never made twice.
 * @param nowMs the instant of the proposal, so that one that is made again later has another name
 */
export function proposalName(drift: string, state: string, nowMs: number): string {
  return named(`drift-${drift.slice(0, -digestChars - 1)}`, [drift, state, nowMs]);
}

function named(readable: string, identity: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, digestChars);
  const clean = readable
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, readableMax)
    .replace(/^-+|-+$/g, '');
  return clean === '' ? `drift-${digest}` : `${clean}-${digest}`;
}
