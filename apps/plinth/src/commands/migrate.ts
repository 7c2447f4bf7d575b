import { databasePlace, type Moved, moveStore, systemRandom } from '@plinth/kernel';
import { dataPlacesOf } from '../backup/backup-origin.ts';
import type { Invocation } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import { dataArgument } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import { databaseOf, describeDatabase } from '../up/database.ts';

/** Moves the store of a data directory into a PostgreSQL database. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const url = databaseOf(invocation);
  if (url === undefined) {
    throw new UsageFailure('no database is named', 'name it with --database or PLINTH_DATABASE');
  }
  const places = dataPlacesOf(invocation);
  const title = describeDatabase(url);
  terminal.progress(`moving the store of ${places.dataDirectory} to ${title}`);
  const moved = await moveStore({ ...places, to: databasePlace(url), title, random: systemRandom });
  if (terminal.json) {
    const { checkpoints, ...rest } = moved;
    const signed = [...checkpoints].map(([log, { size, root }]) => ({
      log,
      size,
      root: Buffer.from(root).toString('base64'),
    }));
    terminal.data({ data: places.dataDirectory, database: title, ...rest, checkpoints: signed });
  } else show(terminal, moved, places.dataDirectory, title);
  return 0;
}

function show(terminal: Terminal, moved: Moved, dataDirectory: string, title: string): void {
  const { objects, revision, digest, logs, checkpoints, wasThere } = moved;
  terminal.fact('good', 'objects', `${objects} at revision ${revision}, at both places sha256:${digest}`);
  for (const { name, entries, openings, root } of logs) {
    const checkpoint = checkpoints.get(name);
    const signed = checkpoint ? `; the checkpoint over ${checkpoint.size} holds` : '';
    terminal.fact('good', 'log', `${name}: ${entries} entries, ${openings} with openings${signed}`);
    terminal.fact('good', 'root', `at both places ${root}`);
  }
  if (wasThere) terminal.line('It was there already, from a move that was interrupted: both were compared.');
  terminal.line(`The store is in ${title} now. Start it with the same keys:`);
  terminal.line(`  plinth up${dataArgument(dataDirectory)} --database URL`);
  terminal.line(`${dataDirectory}/store stays as it was at the move, and is refused without --database.`);
}
