import type { ScrapeGround } from './scrape-loop.ts';
import { type ScrapePlan, ScrapePool } from './scrape-pool.ts';
import type { TargetGroup } from './scrape-settings.ts';

/** Scrapes what objects ask for, each as one or more pools of targets. */
export class Scraper {
  readonly #ground: ScrapeGround;
  readonly #targetsMax: () => number;
  readonly #pools = new Map<string, ScrapePool>();
  readonly #ending = new Set<Promise<void>>();

  /** @param targetsMax - how many targets there may be altogether, as it is now */
  constructor(ground: ScrapeGround, targetsMax: () => number) {
    this.#ground = ground;
    this.#targetsMax = targetsMax;
  }

  /** In order of their names. */
  get pools(): readonly ScrapePool[] {
    return [...this.#pools.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  pool(name: string): ScrapePool | undefined {
    return this.#pools.get(name);
  }

  /** Does what the plan says. @param groups - targets that are known without asking anybody */
  set(plan: ScrapePlan, groups: readonly TargetGroup[]): void {
    const { pool: name } = plan.settings;
    const pool = this.#pools.get(name);
    if (pool) pool.change(plan, groups);
    else this.#pools.set(name, new ScrapePool(plan, groups, this.#ground, () => this.#room(name)));
  }

  /** Ends a pool for good. */
  remove(name: string): void {
    const pool = this.#pools.get(name);
    if (!pool) return;
    this.#pools.delete(name);
    this.#await(pool.end(), name);
  }

  /** Ends all scrapes; series stay as they are, so that whoever goes on soon goes on with them. */
  halt(): void {
    for (const pool of this.#pools.values()) this.#await(pool.halt(), pool.name);
    this.#pools.clear();
  }

  /** Ends all scrapes, as `halt` does. @returns when they have ended */
  async stop(): Promise<void> {
    this.halt();
    await Promise.all(this.#ending);
  }

  /** How many targets a pool may have beside those of the others. */
  #room(name: string): number {
    let room = this.#targetsMax();
    for (const pool of this.#pools.values()) if (pool.name !== name) room -= pool.targetCount;
    return room;
  }

  #await(work: Promise<void>, name: string): void {
    const ending = work
      .catch((error: unknown) => this.#ground.onFault(`ending the scrapes of ${name}`, error))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
