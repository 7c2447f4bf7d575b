// Writes to a database until it is killed, and prints what was acknowledged: `node crash-writer.ts DIRECTORY`.
import { writeSync } from 'node:fs';
import { openDatabase, refOf } from './database-fixture.ts';

const database = await openDatabase(process.argv[2] ?? '', { windowMs: 100_000 });
const refs = Array.from({ length: 50 }, (_, i) => refOf(database, { __name__: 'm', i: String(i) }));
const start = Number(process.argv[3]);
let inFlight = 0;
for (let round = start; ; round++) {
  for (const ref of refs) database.append(ref, round * 1000, round);
  inFlight++;
  void database.commit(round * 1000).then(({ samples }) => {
    inFlight--;
    if (samples !== refs.length) throw new Error(`round ${round}: ${samples} samples were taken`);
    writeSync(1, `${round}\n`);
  });
  if (inFlight >= 4) await database.commit(round * 1000);
}
