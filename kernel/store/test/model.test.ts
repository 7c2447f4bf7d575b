import { describeModel } from './model.ts';
import { sqliteHarness } from './places.ts';

describeModel('SQLite', sqliteHarness(), Number(process.env['PLINTH_MODEL_RUNS'] ?? 25));
