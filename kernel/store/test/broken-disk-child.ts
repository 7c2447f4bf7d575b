/**
 * Runs `surviveBrokenDisk` under the shim. Arguments: directory, `full` or `sync`, the file that
 * steers the shim, a directory for copies.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { surviveBrokenDisk } from './broken-disk.ts';

const [directory, kind, steering, scratch] = process.argv.slice(2);
if (directory === undefined || steering === undefined || scratch === undefined)
  throw new Error('usage: DIRECTORY full|sync FILE SCRATCH');
const full = kind === 'full';
await surviveBrokenDisk({
  directory,
  scratch,
  cause: full ? /the disk is full/ : /I\/O error/,
  break: () => writeFileSync(steering, full ? '0' : ''),
  repair: () => rmSync(steering),
});
