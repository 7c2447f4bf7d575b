import { restoreBackup, systemRandom } from '@plinth/kernel';
import { readArchive } from '../backup/archive-file.ts';
import { contentData, showContent } from '../backup/backup-report.ts';
import { sealingOf } from '../backup/sealing.ts';
import type { Invocation } from '../cli/command.ts';
import { dataArgument, dataDirectoryOf } from '../cli/place.ts';
import { databaseOf } from '../up/database.ts';

/** Restores a backup into an empty data directory. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const [path = ''] = invocation.positionals;
  const dataDirectory = dataDirectoryOf(invocation);
  const sealing = sealingOf(invocation);
  const database = databaseOf(invocation);
  terminal.progress(`restoring ${path} into ${dataDirectory}`);
  const restored = await restoreBackup({
    source: readArchive(path, sealing),
    dataDirectory,
    random: systemRandom,
    ...(database === undefined ? {} : { database }),
  });
  const { opened, revision, missing, manifest } = restored;
  if (terminal.json) {
    terminal.data({ data: dataDirectory, opened, missing, goesOnFrom: revision, ...contentData(restored) });
    return 0;
  }
  showContent(terminal, restored);
  const secrets = manifest.withKeys ? `; ${opened} sealed values opened` : '';
  terminal.fact('good', 'restored', `into ${dataDirectory}, read back and compared${secrets}`);
  terminal.fact('good', 'revision', `goes on from ${revision}, so that every client lists anew`);
  if (missing.length > 0) {
    terminal.line(`Before it starts, put ${missing.join(', ')} into ${dataDirectory}.`);
  }
  const where = database === undefined ? '' : ' --database URL';
  terminal.line(`Start it with: plinth up${dataArgument(dataDirectory)}${where}`);
  return 0;
}
