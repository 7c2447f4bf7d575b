import type { ScrapeGround } from './scrape-loop.ts';
import { type ScrapePlan, ScrapePool } from './scrape-pool.ts';

/** Scrapes what ScrapeConfigs ask for, each as a pool of targets. */
export class Scraper {
  readonly #ground: ScrapeGround;
  readonly #pools = new Map<string, ScrapePool>();
  readonly #ending = new Set<Promise<void>>();

  constructor(ground: ScrapeGround) {
    this.#ground = ground;
  }

  /** In order of their names. */
  get pools(): readonly ScrapePool[] {
    return [...this.#pools.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  pool(name: string): ScrapePool | undefined {
    return this.#pools.get(name);
  }

  /** Does what the plan says. @param changed - told when the targets of the pool may have changed */
  set(plan: ScrapePlan, changed: () => void): void {
    const { pool: name } = plan.settings;
    const pool = this.#pools.get(name);
    if (pool) pool.change(plan);
    else this.#pools.set(name, new ScrapePool(plan, this.#ground, changed));
  }

  /** Ends a pool for good. */
  remove(name: string): void {
    const pool = this.#pools.get(name);
    if (!pool) return;
    this.#pools.delete(name);
    const ending = pool
      .end()
      .catch((error: unknown) => this.#ground.onFault(`ending the series of ${name}`, error))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Ends all scrapes; series stay as they are, so that a start soon after goes on with them. */
  async stop(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all([...pools.map((pool) => pool.halt()), ...this.#ending]);
  }
}
