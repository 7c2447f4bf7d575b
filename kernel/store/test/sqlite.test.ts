import { sqliteHarness } from './places.ts';
import { describeStore } from './suite.ts';

describeStore('SQLite', sqliteHarness());
