import type { Logs } from '../store/port.ts';
import { eventsPerRead } from './limits.ts';

/**
 * Erases what opens the commitments to a person: from then on the log proves that somebody did what it says, and nobody
 * can tell from it who.
 * @returns the number of entries concerned
 */
export async function eraseActor(logs: Logs, log: string, username: string): Promise<number> {
  let erased = 0;
  for (let from = 0; from < logs.end(log); ) {
    const entries = await logs.read(log, from, eventsPerRead);
    if (entries.length === 0) break;
    const concerned = entries.filter(({ opening }) => opening !== undefined && isAbout(opening, username));
    if (concerned.length > 0) {
      await logs.eraseOpenings(
        log,
        concerned.map(({ sequence }) => sequence),
      );
    }
    erased += concerned.length;
    from += entries.length;
  }
  return erased;
}

/** Whether an opening names a user as the one who acted, or who stood behind the one who did. */
function isAbout(opening: string, username: string): boolean {
  const value: unknown = JSON.parse(opening);
  const actor = fieldOf(value, 'actor');
  const text = fieldOf(actor, 'text');
  if (typeof text !== 'string') return false;
  const person: unknown = JSON.parse(text);
  return fieldOf(person, 'username') === username || fieldOf(person, 'impersonatedBy') === username;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
