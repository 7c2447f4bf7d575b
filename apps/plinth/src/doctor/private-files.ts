import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { reportOf } from '../cli/failure.ts';
import { bad, type Finding, good } from './check.ts';

const groupOrWorld = 0o077;

/** Whether everything in the data directory is this user's alone. */
export function examineModes(directory: string): Finding {
  const wrong: string[] = [];
  let count = 0;
  for (const candidate of privatePaths(directory)) {
    count++;
    if (isOpenToOthers(candidate)) wrong.push(candidate);
  }
  const [first] = wrong;
  if (first === undefined) return good('modes', `${count} files and directories are their owner's alone`);
  const more = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
  return bad(
    'modes',
    `others have rights to ${first}${more}`,
    `take them away: chmod -R go= ${directory}; if others may have read keys, treat them as known`,
    first,
  );
}

/** Whether the keys that seal secrets are there and have their form. */
export function examineKeys(directory: string): Finding {
  const keys = join(directory, 'keys');
  const restore = 'restore the directory from a backup: without its keys sealed secrets cannot be opened';
  try {
    const names = readdirSync(keys)
      .filter((name) => /^\d{4,9}\.key$/.test(name))
      .sort();
    if (names.length === 0) return bad('keys', `${keys} has no key`, restore, keys);
    for (const name of names) {
      const path = join(keys, name);
      if (!/^[0-9a-f]{64}\n?$/.test(readFileSync(path, 'utf8'))) {
        return bad('keys', `${path} is not a key: expected 64 hexadecimal digits`, restore, path);
      }
    }
    return good('keys', `${names.length} of ${names.length} readable, the newest seals: ${names.at(-1)}`);
  } catch (error) {
    const { message, file } = reportOf(error);
    return bad('keys', message, restore, file ?? keys);
  }
}

/** The directory, and all below those of its directories that hold secrets. */
function* privatePaths(directory: string): Generator<string> {
  yield directory;
  for (const name of ['keys', 'pki', 'store', 'audit', 'runs', 'tenants']) {
    const path = join(directory, name);
    const found = statOf(path);
    if (!found) continue;
    yield path;
    if (!found.isDirectory()) continue;
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      yield join(entry.parentPath, entry.name);
    }
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function isOpenToOthers(path: string): boolean {
  const found = statOf(path);
  if (!found || found.isSymbolicLink() || process.platform === 'win32') return false;
  return (found.mode & groupOrWorld) !== 0;
}
