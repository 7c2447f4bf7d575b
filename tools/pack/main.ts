// Builds apps/plinth/dist, which `npm pack` packs.
//   node tools/pack/main.ts           build; fails when the dependencies that package.json lists are not those needed
//   node tools/pack/main.ts --sync    build, and write the needed dependencies into package.json

import { fileURLToPath } from 'node:url';
import { buildProgram } from './src/build.ts';
import { dependencyDifferences, syncDependencies } from './src/manifest.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const build = buildProgram(root);
process.stderr.write(`${build.program.folder}/dist: ${build.files.length} files\n`);

if (process.argv.includes('--sync')) {
  const changed = syncDependencies(root, build);
  process.stderr.write(
    changed ? 'package.json: dependencies updated; run `npm install` to update the lock file\n' : '',
  );
} else {
  const differences = dependencyDifferences(root, build);
  for (const difference of differences) process.stderr.write(`${difference}\n`);
  if (differences.length > 0) {
    process.stderr.write('hint: run `npm run pack:sync`, then `npm install`\n');
    process.exitCode = 1;
  }
}
