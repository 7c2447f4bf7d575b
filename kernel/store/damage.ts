import type { Damage } from './sqlite-protocol.ts';

/** One damage in words: which object, which revisions, why. */
export function describeDamage(damage: Damage): string {
  return `${damage.key === undefined ? '' : `${damage.key} at `}${placeOf(damage)}: ${damage.reason}`;
}

function placeOf({ from, to }: Damage): string {
  if (from === to) return `revision ${from}`;
  if (to < Number.MAX_SAFE_INTEGER) return `revisions ${from} to ${to}`;
  return from === 0 ? 'the newest revisions' : `all revisions from ${from}`;
}
