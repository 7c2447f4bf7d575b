import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../sqlite-store.ts';
import type { StoreHarness } from './suite.ts';

/** Directories for tests, removed together. */
export class Places {
  readonly #made: string[] = [];

  make(): string {
    const place = mkdtempSync(join(tmpdir(), 'plinth-store-'));
    this.#made.push(place);
    return place;
  }

  remove(): void {
    for (const place of this.#made.splice(0)) rmSync(place, { recursive: true, force: true });
  }
}

export function sqliteHarness(): StoreHarness {
  const places = new Places();
  return {
    open: (directory, options) => openSqliteStore({ directory, ...options }),
    place: async () => places.make(),
    cleanup: async () => places.remove(),
  };
}
