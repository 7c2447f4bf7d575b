import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  rehearseUpgrade,
  requireWhole,
  type UpgradeReport,
  upgradeDatabase,
  upgradeStore,
} from '@plinth/kernel';
import { size } from '../backup/backup-report.ts';
import { type Invocation, isSet } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import { dataArgument, dataDirectoryOf } from '../cli/place.ts';
import type { Terminal } from '../cli/terminal.ts';
import { databaseOf } from '../up/database.ts';

/** Brings the tables of a store up, or says what that would do. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const isDry = isSet(invocation, 'dry-run');
  const database = databaseOf(invocation);
  const report =
    database === undefined
      ? upgradeEmbedded(dataDirectoryOf(invocation), isDry)
      : await upgradeDatabase(database, isDry);
  if (terminal.json) terminal.data({ dryRun: isDry, ...report });
  else show(terminal, report, isDry);
  return 0;
}

function upgradeEmbedded(dataDirectory: string, isDry: boolean): UpgradeReport {
  const directory = join(dataDirectory, 'store');
  if (!statSync(directory, { throwIfNoEntry: false })) {
    throw new Failure(`there is no store in ${dataDirectory}`, {
      hint: `start once: plinth up${dataArgument(dataDirectory)}; or name another with --data`,
      file: directory,
    });
  }
  requireWhole(dataDirectory);
  return isDry ? rehearseUpgrade(directory) : upgradeStore(directory);
}

function show(terminal: Terminal, report: UpgradeReport, isDry: boolean): void {
  const { from, to, steps, tables, copyBytes, freeBytes, safetyCopy } = report;
  for (const { version, name, describe, ms } of steps) {
    const time = `${ms.toFixed(0)} ms${isDry ? ' in the dry run' : ''}`;
    terminal.fact('good', `schema ${version}`, `${name}, ${time}: ${describe}`);
  }
  for (const { table, before, after } of tables) {
    const rows =
      before === after ? `${before} rows` : `${before ?? 'no table'} -> ${after ?? 'no table'} rows`;
    terminal.fact('good', 'table', `${table}: ${rows}`);
  }
  if (steps.length === 0) {
    terminal.line(`The store has schema version ${to}, which is this program's: there is nothing to do.`);
    return;
  }
  if (copyBytes !== undefined && freeBytes !== undefined) {
    const space = `the copy made before takes at most ${size(copyBytes)}, ${size(freeBytes)} are free`;
    terminal.fact('good', 'space', space);
  }
  if (isDry) {
    terminal.line(
      `Nothing was changed. The next start brings schema ${from} to ${to}, and so does: plinth upgrade`,
    );
    return;
  }
  const copy = safetyCopy === undefined ? '' : ` As it was before: ${safetyCopy}`;
  terminal.line(`The store has schema version ${to} now.${copy}`);
}
