import { currentFence, withFence } from '../cluster/fence.ts';
import { type Ownership, soleOwnership } from '../cluster/ownership.ts';
import type { Client } from '../model/client.ts';
import type { ControlEnvironment, Controller, RunningController } from './controller.ts';
import { type MetricFamily, mergeFamilies } from './metrics.ts';

/** How long `stop` waits for what runs, in milliseconds, unless it is told otherwise. */
const stopTimeoutMs = 10_000;

/** A controller that cannot start is tried again after so many milliseconds. */
const startRetryMs = 10_000;

/** What a controller may have of its own instead of the host's. */
export type Overrides = Partial<Pick<ControlEnvironment, 'client' | 'recorder'>>;

interface Hosted {
  readonly controller: Controller;
  readonly overrides: Overrides;
  running: RunningController | undefined;
  /** Ends the wait for the next attempt to start it. */
  cancelRetry?: () => void;
  /** Takes back that this process would run it. */
  leave?: () => void;
}

/**
 * Hosts controllers: starts, stops and restarts them, together or one by one, and gathers their metrics. Among several
 * processes each controller is a unit of work, and runs where that is owned.
 */
export class ControlPlane {
  readonly #environment: ControlEnvironment;
  readonly #ownership: Ownership;
  readonly #hosted = new Map<string, Hosted>();
  #started = false;

  constructor(environment: ControlEnvironment, ownership: Ownership = soleOwnership) {
    this.#environment = environment;
    this.#ownership = ownership;
  }

  /** The client that controllers without one of their own get. */
  get client(): Client {
    return this.#environment.client;
  }

  /** Names of the controllers and whether they run. */
  get controllers(): { readonly name: string; readonly running: boolean }[] {
    return [...this.#hosted.values()].map(({ controller, running }) => ({
      name: controller.name,
      running: running !== undefined,
    }));
  }

  /**
   * Takes in a controller, and starts it when the host is started and owns it.
   * @param overrides what the controller has of its own: a client of its capability, for example
   * @throws Error when there is one of that name
   */
  add(controller: Controller, overrides: Overrides = {}): void {
    if (this.#hosted.has(controller.name)) throw new Error(`controller ${controller.name} is there already`);
    this.#hosted.set(controller.name, { controller, overrides, running: undefined });
    if (this.#started) this.#offer(controller.name);
  }

  /** Starts all controllers that do not run and are this process's, and those that become it. */
  start(): void {
    this.#started = true;
    for (const name of this.#hosted.keys()) this.#offer(name);
  }

  /**
   * Starts one controller, if it does not run. One that cannot start, because its identity may not watch what it needs,
   * is reported and tried again: it must not keep the API down, through which it is put right.
   * @throws Error when there is none of that name
   */
  startController(name: string): void {
    const hosted = this.#find(name);
    if (hosted.running) return;
    const { clock, onError } = this.#environment;
    try {
      hosted.running = hosted.controller.start({ ...this.#environment, ...hosted.overrides });
    } catch (error) {
      onError?.(name, '', error);
      const fence = currentFence();
      hosted.cancelRetry = clock.after(startRetryMs, () =>
        withFence(fence, () => this.startController(name)),
      );
    }
  }

  /**
   * Stops one controller.
   * @returns whether what it was doing ended within `timeoutMs` milliseconds
   * @throws Error when there is none of that name
   */
  async stopController(name: string, timeoutMs = stopTimeoutMs): Promise<boolean> {
    const hosted = this.#find(name);
    const { running } = hosted;
    hosted.running = undefined;
    hosted.cancelRetry?.();
    return running ? await running.stop(timeoutMs) : true;
  }

  /**
   * Stops all controllers, and waits for what they are doing.
   * @returns names of those that did not end within `timeoutMs` milliseconds
   */
  async stop(timeoutMs = stopTimeoutMs): Promise<string[]> {
    this.#started = false;
    const names = [...this.#hosted.keys()];
    const ended = await Promise.all(names.map((name) => this.stopController(name, timeoutMs)));
    for (const { leave } of this.#hosted.values()) leave?.();
    return names.filter((_name, i) => ended[i] === false);
  }

  /** Whether a controller has work that waits or is being done. Delayed work does not count. */
  busy(): boolean {
    return [...this.#hosted.values()].some(({ running }) => running?.busy() === true);
  }

  /** Metrics of all running controllers. */
  collect(): MetricFamily[] {
    return mergeFamilies([...this.#hosted.values()].flatMap(({ running }) => running?.collect() ?? []));
  }

  #offer(name: string): void {
    const hosted = this.#find(name);
    hosted.leave?.();
    hosted.leave = this.#ownership.join(
      { name: `controller.${name}`, role: 'controllers' },
      {
        begin: () => {
          if (this.#started) this.startController(name);
        },
        yield: async () => {
          // What does not end in time writes nothing more: its fence is gone then.
          await this.stopController(name);
          return true;
        },
        abandon: () => {
          this.stopController(name, 0).catch((error: unknown) =>
            this.#environment.onError?.(name, '', error),
          );
        },
      },
    );
  }

  #find(name: string): Hosted {
    const hosted = this.#hosted.get(name);
    if (!hosted) throw new Error(`there is no controller ${name}`);
    return hosted;
  }
}
