import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const corpora = process.env['PLINTH_CORPORA'] ?? join(import.meta.dirname, '../../../../../shared/corpora');
const scripts = join(corpora, 'promqltest/testdata');

/** Why tests over the scripts are skipped, or false when they are there. */
export const scriptsAbsent: string | false = existsSync(scripts) ? false : `no scripts at ${scripts}`;

/** The files in the order in which an engine can be brought up: plain language first, histograms and experiments last. */
export const scriptNames: readonly string[] = [
  'literals collision selectors staleness operators aggregators range_queries subquery at_modifier trig_functions',
  'functions limit name_label_dropping duration_expression fill-modifier info type_and_unit extended_vectors',
  'start_timestamps histograms native_histograms',
].flatMap((names) => names.split(' '));

export function readScript(name: string): string {
  return readFileSync(join(scripts, `${name}.test`), 'utf8');
}
