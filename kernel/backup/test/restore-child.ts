/** Restores an archive, to be killed in it. Arguments: the archive, and the data directory. Says each file as it goes by. */
import { createReadStream } from 'node:fs';
import { systemRandom } from '../../ports/random.ts';
import { restoreBackup } from '../restore.ts';

const [archive = '', dataDirectory = ''] = process.argv.slice(2);
async function* source(): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(archive, { highWaterMark: 64 * 1024 })) {
    process.stdout.write('.');
    yield Buffer.from(chunk);
  }
}
await restoreBackup({ source: source(), dataDirectory, random: systemRandom });
process.stdout.write('done\n');
