import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Restored, restoreBackup, systemRandom } from '@plinth/kernel';
import { readArchive, writeArchive } from '../backup/archive-file.ts';
import {
  type BackupOrigin,
  databaseOrigin,
  dataPlacesOf,
  directoryOrigin,
  serverOrigin,
} from '../backup/backup-origin.ts';
import { contentData, showContent, size } from '../backup/backup-report.ts';
import { isSealing, sealingOf } from '../backup/sealing.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import { databaseOf } from '../up/database.ts';

/** Backs a control plane up, or verifies a backup. */
export async function run(invocation: Invocation): Promise<number> {
  const [first, second] = invocation.positionals;
  if (first === 'verify') {
    if (second === undefined)
      throw new UsageFailure('FILE is missing: which backup', 'plinth backup verify FILE');
    return await verify(invocation, second);
  }
  if (second !== undefined) {
    throw new UsageFailure(`"${second}" is one argument too many`, 'see: plinth help backup');
  }
  return await take(invocation, first ?? '.');
}

async function take(invocation: Invocation, place: string): Promise<number> {
  const { terminal } = invocation;
  const kubeconfig = valueOf(invocation, 'kubeconfig');
  if (kubeconfig !== undefined && valueOf(invocation, 'data') !== undefined) {
    throw new UsageFailure('--data and --kubeconfig are given at once', 'name the one or the other');
  }
  const sealing = sealingOf(invocation);
  if (sealing.identities.length > 0) {
    throw new UsageFailure('--identity opens a backup', 'to make one, name its public key with --recipient');
  }
  const withKeys = !isSet(invocation, 'without-keys');
  const origin = originOf(invocation, withKeys);
  terminal.progress(`backing ${origin.title} up`);
  const path = fileOf(place, isSealing(sealing));
  const archive = await writeArchive(path, origin.archive, sealing);
  if (terminal.json) {
    terminal.data({
      file: resolve(path),
      bytes: archive.fileBytes,
      encrypted: isSealing(sealing),
      ...contentData(archive),
    });
    return 0;
  }
  showContent(terminal, archive);
  terminal.line(`${path} holds ${origin.title}: ${size(archive.fileBytes)}.`);
  if (withKeys && !isSealing(sealing)) {
    terminal.line(
      'It is not encrypted, and who reads it can act as this control plane: keep it as you keep its keys.',
    );
  }
  return 0;
}

/** A control plane that is named with its kubeconfig, a database, or a data directory. */
function originOf(invocation: Invocation, withKeys: boolean): BackupOrigin {
  const kubeconfig = valueOf(invocation, 'kubeconfig');
  if (kubeconfig !== undefined) return serverOrigin(kubeconfig, withKeys);
  const database = databaseOf(invocation);
  const places = dataPlacesOf(invocation);
  return database === undefined
    ? directoryOrigin(places, withKeys)
    : databaseOrigin(database, places, withKeys);
}

/** Restores a backup into an empty place beside it, compares, and removes the place. */
async function verify(invocation: Invocation, path: string): Promise<number> {
  const { terminal } = invocation;
  const sealing = sealingOf(invocation);
  const place = mkdtempSync(join(dirname(resolve(path)), '.plinth-verify-'));
  let restored: Restored;
  try {
    terminal.progress(`restoring ${path} into ${place}`);
    restored = await restoreBackup({
      source: readArchive(path, sealing),
      dataDirectory: join(place, 'data'),
      random: systemRandom,
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  if (terminal.json) {
    terminal.data({ file: resolve(path), ok: true, opened: restored.opened, ...contentData(restored) });
    return 0;
  }
  showContent(terminal, restored);
  terminal.fact('good', 'restored', `into an empty place, read back and compared; ${openedText(restored)}`);
  terminal.line(`${path} can be restored.`);
  return 0;
}

function openedText({ opened, manifest }: Restored): string {
  return manifest.withKeys
    ? `${opened} sealed values opened`
    : 'sealed values were not looked at, as there are no keys';
}

/** A directory gets a file with a name that says when. */
function fileOf(place: string, isEncrypted: boolean): string {
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place;
  const time = new Date().toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return join(place, `plinth-${time}.tar.gz${isEncrypted ? '.age' : ''}`);
}
