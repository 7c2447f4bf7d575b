// Installs the stub providers in a folder: node install.ts FOLDER

import { resolve } from 'node:path';
import { writeMirror } from './src/mirror.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write(
    'which folder?\n  hint: node blueprints/terraform/providers/install.ts .plinth/stub-providers\n',
  );
  process.exitCode = 1;
} else process.stdout.write(`export TF_CLI_CONFIG_FILE=${writeMirror(resolve(folder))}\n`);
