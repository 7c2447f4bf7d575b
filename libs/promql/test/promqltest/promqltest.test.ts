import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readScript, scriptNames, scriptsAbsent } from './corpus.ts';
import { evaluate } from './evaluation.ts';
import { load } from './load.ts';
import { MemoryStorage } from './memory-storage.ts';
import { parseScript } from './script.ts';
import { skips } from './skips.ts';

for (const name of scriptNames) {
  test(`promqltest: ${name}`, { skip: scriptsAbsent }, async (t) => {
    const storage = new MemoryStorage();
    const failures: string[] = [];
    let passed = 0;
    let skipped = 0;
    for (const command of parseScript(readScript(name))) {
      if (command.kind === 'clear') storage.clear();
      else if (command.kind === 'load') load(command, storage);
      else {
        const place = `${name}:${command.line}`;
        const wrong = await evaluate(command, storage).catch(String);
        const reason = skips.get(place);
        if (reason !== undefined) {
          skipped++;
          if (wrong === undefined) failures.push(`${place} passes, but is to be skipped: ${reason}`);
        } else if (wrong === undefined) passed++;
        else failures.push(`${place} ${command.query}: ${wrong}`);
      }
    }
    t.diagnostic(`${passed} of ${passed + skipped + failures.length} evaluations pass, ${skipped} skipped`);
    assert.deepEqual(failures, []);
  });
}
