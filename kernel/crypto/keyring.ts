import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../ports/random.ts';
import { KeyError } from './key-error.ts';
import { ensurePrivateDirectory, readPrivateFile, writePrivateFile } from './private-file.ts';

const keyBytes = 32;
const fileName = /^(\d{4,9})\.key$/;
const fileContent = /^[0-9a-f]{64}\n?$/;

/** One key of a keyring. `id` is 16 hexadecimal digits derived from the key, so that a wrong key is recognised. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys that seal data at rest. The newest one seals; all of them open. */
export interface Keyring {
  /** The key that seals. */
  readonly newest: SealingKey;
  /** Where the keys are, for messages. */
  readonly directory: string;
  /** Every key, newest first. */
  all(): readonly SealingKey[];
  /** The key of that id; undefined when this keyring does not have it. */
  find(id: string): SealingKey | undefined;
  /**
   * Adds a new key, which seals from now on; older keys go on opening what they sealed.
   * @returns the id of the new key.
   */
  rotate(): string;
}

function sealingKey(bytes: Buffer): SealingKey {
  const id = createHash('sha256').update('plinth key id\0').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

function load(path: string): SealingKey {
  const text = readPrivateFile(path);
  if (text === undefined || !fileContent.test(text)) {
    throw new KeyError(
      'key.damaged',
      `${path} is not a key: found ${text === undefined ? 'no file' : `${text.length} characters`}, expected 64 hexadecimal digits`,
      'Restore the file from a backup. Without it, what was sealed with this key cannot be opened.',
    );
  }
  return sealingKey(Buffer.from(text.trimEnd(), 'hex'));
}

/**
 * Opens the keyring in `directory`; an absent or empty one gets its first key. Keys are files `0001.key`,
 * `0002.key` ... of 64 hexadecimal digits, mode 0600, in a directory of mode 0700; the highest number seals.
 * Back them up apart from the database: together they are the data, apart each is worth nothing.
 * @throws KeyError `key.permission` when group or world can read them, `key.damaged` when a file is not a key.
 */
export function openKeyring(directory: string, random: Random): Keyring {
  ensurePrivateDirectory(directory);
  const byId = new Map<string, SealingKey>();
  const numbers = readdirSync(directory)
    .map((name) => Number(fileName.exec(name)?.[1] ?? Number.NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b);

  const pathOf = (number: number): string => join(directory, `${String(number).padStart(4, '0')}.key`);
  const add = (number: number): SealingKey => {
    const bytes = Buffer.from(random.bytes(keyBytes));
    const key = sealingKey(bytes);
    writePrivateFile(pathOf(number), `${bytes.toString('hex')}\n`);
    bytes.fill(0);
    byId.set(key.id, key);
    return key;
  };

  let newest: SealingKey | undefined;
  let highest = 0;
  for (const number of numbers) {
    newest = load(pathOf(number));
    highest = number;
    byId.set(newest.id, newest);
  }
  let sealing = newest ?? add(++highest);
  return {
    get newest() {
      return sealing;
    },
    directory,
    all: () => [...byId.values()].reverse(),
    find: (id) => byId.get(id),
    rotate() {
      sealing = add(highest + 1);
      highest += 1;
      return sealing.id;
    },
  };
}
