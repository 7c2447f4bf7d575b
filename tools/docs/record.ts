// Runs the commands of a document again and writes down what they print.
//   node tools/docs/record.ts docs/start.md ../elsewhere/plinth
//
// The commands are the lines after `$ ` in ```console blocks (in a .txt file: everywhere). They run in order in one
// shell, in the folder of the second argument: a fresh clone. A line `^C` ends what runs in the foreground.

import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from './src/session.ts';
import { rewriteTranscript } from './src/transcript.ts';

const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) {
  process.stderr.write('usage: node tools/docs/record.ts FILE FOLDER\n');
  process.exitCode = 2;
} else {
  const session = new Session(folder);
  try {
    const text = readFileSync(file, 'utf8');
    const recorded = await rewriteTranscript(text, file.endsWith('.md'), (line) => session.run(line));
    writeFileSync(file, recorded);
  } finally {
    await session.end();
  }
}
