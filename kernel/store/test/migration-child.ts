/**
 * Brings a store up with a step that takes its time, and is made to be killed in it. Argument: the data directory.
 * Prints `begun` when it starts and `done` when it is over.
 */
import { dataFiles } from '../data-directory.ts';
import { openDatabase } from '../sqlite-file.ts';
import { migrate, sqliteMigrations } from '../sqlite-migrations.ts';
import { keepSafetyCopy } from '../sqlite-safety-copy.ts';
import { slowStep } from './slow-step.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: migration-child.ts DIRECTORY');
const files = dataFiles(directory);
const database = openDatabase(files);
process.stdout.write('begun\n');
keepSafetyCopy(database, files, 2);
migrate(database, [...sqliteMigrations, slowStep], 2);
database.close();
process.stdout.write('done\n');
