import { formatFieldError } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { compiledType } from '../model/compiled-type.ts';
import { isObject } from '../model/json.ts';
import { Type } from '../model/type-builders.ts';
import { BackupError, damaged } from './backup-error.ts';

/** Version of the format below; an archive of a newer one is refused. */
export const formatVersion = 1;

/** Says what the files before it are. */
export const manifestName = 'manifest.json';

/** The last file of an archive: the SHA-256 of the manifest in hexadecimal digits. Without it an archive is none. */
export const sealName = 'manifest.sha256';

const file = Type.Object({
  name: Type.String({ description: 'Path in the archive.' }),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ description: 'SHA-256 of its content, 64 hexadecimal digits.' }),
});

const log = Type.Object({
  name: Type.String({ description: 'Name of the append-only log, such as default/audit.' }),
  entries: Type.Integer({ minimum: 0 }),
  openings: Type.Integer({ minimum: 0, description: 'Entries whose opening is not erased.' }),
  root: Type.String({ description: 'Root of the Merkle tree over the entries, base64.' }),
});

const manifest = Type.Object({
  format: Type.String({ description: 'plinth-backup.' }),
  formatVersion: Type.Integer({ minimum: 1 }),
  program: Type.String({ description: 'Version of the program that made it.' }),
  createdAt: Type.String({ description: 'When its content was taken, RFC 3339.' }),
  revision: Type.Integer({ minimum: 0, description: 'Revision of the store that it holds.' }),
  objects: Type.Integer({ minimum: 0 }),
  sealed: Type.Integer({ minimum: 0, description: 'Objects whose values are sealed with the keyring.' }),
  digest: Type.String({
    description:
      'SHA-256 over key, revision and value of all objects in the order of their revisions; of sealed ones without the value.',
  }),
  logs: Type.Array(log),
  withKeys: Type.Boolean({ description: 'Whether keyring, certificates and signing keys are in it.' }),
  keyFiles: Type.Array(Type.String(), {
    description: 'Their paths below the data directory, also when they are not.',
  }),
  files: Type.Array(file, { description: 'All files before this one, in order.' }),
});

const schema = compiledType('the manifest of a backup', manifest);

/** What a backup holds. */
export type BackupManifest = Static<typeof manifest>;
/** One of its files. */
export type BackupFile = Static<typeof file>;
/** One of its append-only logs. */
export type BackupLog = Static<typeof log>;

/** @throws BackupError `backup.damaged` or `backup.newer` */
export function parseManifest(text: string): BackupManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(`${manifestName} is not JSON`, error);
  }
  if (
    isObject(value) &&
    value['format'] === 'plinth-backup' &&
    Number(value['formatVersion']) > formatVersion
  ) {
    throw new BackupError(
      'backup.newer',
      `the backup has format ${String(value['formatVersion'])}, this program knows up to ${formatVersion}`,
      `use version ${String(value['program'])} of Plinth or a newer one`,
    );
  }
  const errors = schema.validate(value);
  const [error] = errors;
  if (error) throw damaged(`${manifestName}: ${formatFieldError(error)}`);
  const parsed = value as BackupManifest;
  if (parsed.format !== 'plinth-backup') throw damaged(`${manifestName} is of "${parsed.format}"`);
  return parsed;
}
