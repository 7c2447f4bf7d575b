import type { Client } from '../../model/client.ts';
import { unavailable } from '../../model/status-error.ts';

/**
 * What is done to one step:
 * - `fail`: it is refused and has no effect
 * - `lose`: it has its effect, and the caller gets an error all the same
 * - `repeat`: it is carried out twice, as by a network that delivers twice; the caller gets the second answer
 * - `crash-before`, `crash-after`: the process ends before, or right after, the effect
 */
export type FaultKind = 'fail' | 'lose' | 'repeat' | 'crash-before' | 'crash-after';

export const faultKinds: readonly FaultKind[] = ['fail', 'lose', 'repeat', 'crash-before', 'crash-after'];

/** A fault and where it hits. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which step it hits, counted from 0. */
  readonly step: number;
}

/** Counts steps, and lets a fault happen to one of them. */
export class FaultPoint {
  readonly #fault: Fault | undefined;
  #steps = 0;
  #crashed = false;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  /** Steps so far, repeats not counted. */
  get steps(): number {
    return this.#steps;
  }

  /** Whether the process is dead: no step has an effect or an answer any more. */
  get crashed(): boolean {
    return this.#crashed;
  }

  /** Carries out a step, or what the fault makes of it. */
  async run<T>(effect: () => Promise<T>): Promise<T> {
    if (this.#crashed) return await never();
    const hit = this.#fault?.step === this.#steps++ ? this.#fault.kind : undefined;
    if (hit === undefined) return await effect();
    if (hit === 'fail') throw unavailable('a fault for a test: refused');
    if (hit === 'crash-before') return await this.#crash();
    if (hit === 'crash-after') {
      // The process is dead from the moment of the effect on, before anybody hears of it.
      await Promise.all([effect(), Promise.resolve().then(() => this.#die())]);
      return await this.#crash();
    }
    if (hit === 'repeat') {
      await effect();
      return await effect();
    }
    await effect();
    throw unavailable('a fault for a test: the answer is lost');
  }

  #die(): void {
    this.#crashed = true;
  }

  async #crash(): Promise<never> {
    this.#crashed = true;
    return await never();
  }
}

/** A client whose writes are the steps of a fault point. Dry runs are reads. */
export function faultyClient(client: Client, point: FaultPoint): Client {
  return {
    get: (id, name) => client.get(id, name),
    list: (id, options) => client.list(id, options),
    create: (id, object, options) => step(options?.dryRun, () => client.create(id, object, options)),
    update: (id, object, options) => step(options?.dryRun, () => client.update(id, object, options)),
    patch: (id, name, patch, subresource) => point.run(() => client.patch(id, name, patch, subresource)),
    apply: (id, object, options) => step(options?.dryRun, () => client.apply(id, object, options)),
    delete: (id, name, options) => step(options?.dryRun, () => client.delete(id, name, options)),
    resources: () => client.resources(),
    resourceFor: (apiVersion, kind) => client.resourceFor(apiVersion, kind),
    onResourcesChanged: (changed) => client.onResourcesChanged(changed),
    follow: (id, changed, synced) => client.follow(id, changed, synced),
  };

  function step<T>(dryRun: boolean | undefined, effect: () => Promise<T>): Promise<T> {
    return dryRun ? effect() : point.run(effect);
  }
}

async function never(): Promise<never> {
  return await new Promise<never>(() => undefined);
}
