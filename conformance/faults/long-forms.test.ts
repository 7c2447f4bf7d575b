import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { figuresOf, runLong, shortForms } from './long-form.ts';

/** Runs one and prints its figures. */
async function long(t: TestContext, form: URL, figures: Readonly<Record<string, string>>): Promise<void> {
  const told = figuresOf(await runLong(form, figures));
  assert.ok(told.length > 0, 'a long form tells its figures');
  for (const line of told) t.diagnostic(line.replace(/^ℹ /, ''));
}

test('300 kills over HTTPS at 100,000 objects: nothing lost, ready again within 3 s', async (t) => {
  await long(t, shortForms.kill, { PLINTH_KILLS: '300', PLINTH_KILL_OBJECTS: '100000', PLINTH_STRICT: '1' });
});

test('300 kills of the store at 100,000 objects', async (t) => {
  await long(t, shortForms.storeKill, { PLINTH_KILLS: '300', PLINTH_KILL_OBJECTS: '100000' });
});

test('1,000,000 writes x 50 watchers over HTTPS', async (t) => {
  await long(t, shortForms.watchStorm, { PLINTH_WATCH_WRITES: '1000000', PLINTH_WATCH_KILLS: '5' });
});

test('1,000,000 writes x 50 watchers in the store', async (t) => {
  await long(t, shortForms.storeStorm, { PLINTH_STORM_WRITES: '1000000' });
});

test('slow requests are cut off in the end', async (t) => {
  await long(t, shortForms.overload, { PLINTH_OVERLOAD_LONG: '1' });
});

test('9,500 idle watches', async (t) => {
  await long(t, shortForms.watchers, { PLINTH_IDLE_WATCHES: '9500' });
});

test('5,000 simulations', async (t) => {
  await long(t, shortForms.simulation, { PLINTH_SIM_RUNS: '5000' });
});

test('5,000 simulations of runs', async (t) => {
  await long(t, shortForms.runSimulation, { PLINTH_SIM_RUNS: '5000' });
});

test('200 kills in the middle of runs: every effect once by its key', async (t) => {
  await long(t, shortForms.runsKill, { PLINTH_RUN_KILLS: '200' });
});

test('three processes on one database, each killed 20 times', async (t) => {
  await long(t, shortForms.processes, { PLINTH_CLUSTER_KILLS: '20' });
});

test('10,000 parked approvals over a kill', async (t) => {
  await long(t, shortForms.parkedRuns, { PLINTH_PARKED_RUNS: '10000' });
});

test('the fault law of runs, several run engines, and more over HTTPS on both engines of the store', async (t) => {
  await long(t, shortForms.engines, { PLINTH_ENGINE_SUITES: 'long' });
});

test('100 kills during the ingest of metrics: every acknowledged sample is there', async (t) => {
  await long(t, shortForms.metricsKill, { PLINTH_METRICS_KILLS: '100' });
});

test('50 kills while metrics are sent on: every acknowledged sample arrives', async (t) => {
  await long(t, shortForms.forwardKill, { PLINTH_FORWARD_KILLS: '50' });
});
