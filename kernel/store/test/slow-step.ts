import type { SqliteMigration } from '../sqlite-migrations.ts';

/** A step that rewrites every row: half of it would be seen. */
export const slowStep: SqliteMigration = {
  version: 3,
  name: 'longer-keys',
  describe: 'Makes every key longer; for tests.',
  up(database) {
    database.exec(`
      CREATE TABLE renamed (revision INTEGER PRIMARY KEY, old TEXT NOT NULL);
      INSERT INTO renamed SELECT revision, key FROM log;
      UPDATE log SET key = key || '-longer';
    `);
  },
};
