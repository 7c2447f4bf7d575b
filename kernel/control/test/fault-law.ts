import assert from 'node:assert/strict';
import type { Client } from '../../model/client.ts';
import type { KubeObject } from '../../model/object.ts';
import { ControlPlane } from '../control-plane.ts';
import type { Controller } from '../controller.ts';
import { type Fault, FaultPoint, faultKinds, faultyClient } from './faulty-client.ts';
import { seededRandom } from './seeded-random.ts';
import { settle } from './settle.ts';
import { snapshot } from './snapshot.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One world to run a controller in. */
export interface Scenario {
  readonly client: Client;
  readonly clock: VirtualClock;
  /** All objects there are, in an order that does not depend on the run. */
  objects(): readonly KubeObject[];
  /** Changes the world after the controllers have come to rest the first time (a deletion, a new source). */
  readonly disturb?: (client: Client) => Promise<void>;
  /** What the end state must be, beside being the same in every run. */
  readonly check?: () => void;
  readonly end?: () => Promise<void>;
}

/** A controller and the worlds to run it in. */
export interface FaultLawOptions {
  /** Makes a fresh world; every run gets its own. */
  setup(): Promise<Scenario>;
  /** Makes the controllers; called again after a crash, because nothing in memory survives one. */
  controllers(scenario: Scenario, client: Client): readonly Controller[];
  /** Virtual milliseconds until a world must have come to rest. */
  readonly horizonMs?: number;
}

/** How much the fault law was put to. */
export interface FaultLawReport {
  /** Steps of the run without a fault. */
  readonly steps: number;
  /** Runs with a fault: every step times every kind of fault. */
  readonly runs: number;
}

/**
 * The fault law: whatever happens to any one step of a controller, the world ends in the state that it ends in without a
 * fault. Every write is failed, answered with an error although it took effect, carried out twice, and made the last act
 * of the process, before and after its effect; a new process then takes over.
 *
 * Also checks that a further reconcile of everything changes nothing.
 *
 * @throws AssertionError naming the step and the fault after which the state differs
 */
export async function faultLaw(options: FaultLawOptions): Promise<FaultLawReport> {
  const baseline = await run(options, undefined);
  assert.ok(baseline.steps > 0, 'the scenario makes the controllers write nothing: it shows nothing');
  let runs = 0;
  for (let step = 0; step < baseline.steps; step++) {
    for (const kind of faultKinds) {
      const { state } = await run(options, { kind, step });
      assert.deepEqual(
        state,
        baseline.state,
        `after fault "${kind}" in step ${step} the world ends in another state`,
      );
      runs++;
    }
  }
  return { steps: baseline.steps, runs };
}

async function run(
  options: FaultLawOptions,
  fault: Fault | undefined,
): Promise<{ state: unknown; steps: number }> {
  const scenario = await options.setup();
  const point = new FaultPoint(fault);
  let life = start(options, scenario, faultyClient(scenario.client, point));
  const come = async (): Promise<void> => {
    const horizonMs = options.horizonMs ?? 120_000;
    await settle(life, scenario.clock, { horizonMs, until: () => point.crashed && life !== second });
    if (!point.crashed || life === second) return;
    // The dead process is left where it stands; its timers fire into the void of the fault point.
    second = start(options, scenario, scenario.client);
    void life.stop(0);
    life = second;
    await settle(life, scenario.clock, { horizonMs });
  };
  let second: ControlPlane | undefined;
  try {
    await come();
    await scenario.disturb?.(scenario.client);
    await come();
    scenario.check?.();
    const state = snapshot(scenario.objects());
    await restartChangesNothing(options, scenario, life, fault);
    return { state, steps: point.steps };
  } finally {
    await life.stop(0);
    await scenario.end?.();
  }
}

async function restartChangesNothing(
  options: FaultLawOptions,
  scenario: Scenario,
  life: ControlPlane,
  fault: Fault | undefined,
): Promise<void> {
  await life.stop(0);
  const before = versions(scenario.objects());
  const state = snapshot(scenario.objects());
  const again = start(options, scenario, scenario.client);
  await settle(again, scenario.clock, { horizonMs: options.horizonMs ?? 120_000 });
  await again.stop(0);
  const after = fault ? `after fault "${fault.kind}" in step ${fault.step} ` : '';
  assert.deepEqual(snapshot(scenario.objects()), state, `${after}a reconcile of a world at rest changes it`);
  assert.deepEqual(versions(scenario.objects()), before, `${after}a reconcile of a world at rest writes`);
}

function versions(objects: readonly KubeObject[]): string[] {
  return objects
    .filter(({ kind }) => kind !== 'Event')
    .map(
      ({ kind, metadata }) =>
        `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.resourceVersion}`,
    );
}

function start(options: FaultLawOptions, scenario: Scenario, client: Client): ControlPlane {
  const plane = new ControlPlane({
    client,
    clock: scenario.clock,
    random: seededRandom(1),
    recorder: { record: () => undefined },
  });
  for (const controller of options.controllers(scenario, client)) plane.add(controller);
  plane.start();
  return plane;
}
