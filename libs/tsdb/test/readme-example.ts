import * as fs from 'node:fs';
import { Labels, Matcher, SampleBuffer } from '@plinth/prometheus-model';
import { Database } from '@plinth/tsdb';

export async function example(directory: string) {
  const database = await Database.open(directory, {
    files: fs,
    hashSeed: 42, // in earnest: a random number
    onCorrupt: (error) => {
      throw error;
    },
  });

  // A batch: samples of series, then a commit, which resolves when they are on disk.
  const up = database.refOfLabels(Labels.of({ __name__: 'up', job: 'api' }));
  database.append(up, 1_000, 1);
  database.append(up, 16_000, 0);
  database.append(up, 1_000, 1);
  const { samples, refusals } = await database.commit(20_000);

  // A view is the database as it is now, for one query.
  using view = database.reader.view();
  const buffer = new SampleBuffer();
  const matchers = [new Matcher('job', '=~', 'a.*')];
  for (const series of view.select({ matchers, startMs: 0, endMs: 20_000 })) series.read(buffer);

  await database.close();
  return { samples, refused: refusals.map(({ text }) => text), values: buffer.values.slice(0, buffer.count) };
}
