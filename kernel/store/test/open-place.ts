import type { Store } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { openSqliteStore } from '../sqlite-store.ts';

/** Opens the store of a place with the engine that it is for: the URL of a database, or a data directory. */
export function openPlace(place: string, options: { history?: { events: number } } = {}): Promise<Store> {
  return place.startsWith('postgres:')
    ? openPostgresStore({ url: place, ...options })
    : openSqliteStore({ directory: place, ...options });
}
