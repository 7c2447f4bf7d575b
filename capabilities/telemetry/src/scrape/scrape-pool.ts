import type { Labels } from '@plinth/prometheus-model';
import type { HttpClient } from './ports.ts';
import { type ScrapeGround, ScrapeLoop, type ScrapeMode } from './scrape-loop.ts';
import type { ScrapeSettings, TargetGroup } from './scrape-settings.ts';
import { type FoundTarget, type Target, targetsOf } from './target.ts';
import { TargetList } from './target-list.ts';

/** Where a list of targets is read, and how. */
export interface TargetListPlan {
  readonly url: string;
  readonly refreshMs: number;
  readonly client: HttpClient;
}

/** What a pool is to do: settings, lists of targets, and clients that it closes when it does something else. */
export interface ScrapePlan {
  /** The same for what leads to the same doing. */
  readonly digest: string;
  readonly settings: ScrapeSettings;
  readonly client: HttpClient;
  readonly lists: readonly TargetListPlan[];
}

/** Targets that are scraped in the same way. Spec: Prometheus 3.14, scrape pools. */
export class ScrapePool {
  readonly #ground: ScrapeGround;
  readonly #loops = new Map<string, ScrapeLoop>();
  /** Loops of targets that are gone, which end their series. */
  readonly #ending = new Set<Promise<void>>();
  readonly #room: () => number;
  #plan: ScrapePlan;
  /** Targets that are known without asking anybody. */
  #groups: readonly TargetGroup[];
  /** What came of groups: of many targets few change at a time. */
  #found = new WeakMap<TargetGroup, readonly FoundTarget[]>();
  #lists: readonly TargetList[] = [];
  #isOver = false;
  /** Labels before relabeling of targets that it dropped; as many as are to be listed. */
  dropped: readonly Labels[] = [];
  droppedCount = 0;
  /** Why something that was found is no target. */
  failures: readonly string[] = [];
  /** Targets that there was no room for. */
  leftOutCount = 0;

  /**
   * @param groups - targets that are known without asking anybody
   * @param room - how many targets it may have, as it is now
   */
  constructor(plan: ScrapePlan, groups: readonly TargetGroup[], ground: ScrapeGround, room: () => number) {
    this.#groups = groups;
    this.#room = room;
    this.#plan = plan;
    this.#ground = ground;
    this.#begin([]);
  }

  get name(): string {
    return this.#plan.settings.pool;
  }

  get digest(): string {
    return this.#plan.digest;
  }

  get loops(): readonly ScrapeLoop[] {
    return [...this.#loops.values()];
  }

  get targetCount(): number {
    return this.#loops.size;
  }

  /** Why lists of targets could not be read the last time. */
  get listErrors(): readonly string[] {
    return this.#lists.flatMap(({ lastError }) => (lastError === '' ? [] : [lastError]));
  }

  /** Whether all lists have been read at least once, or could not be. */
  get isSettled(): boolean {
    return this.#lists.every(({ isTried }) => isTried);
  }

  /** Does something else from now on. Targets that stay are scraped on as before. */
  change(plan: ScrapePlan, groups: readonly TargetGroup[]): void {
    const before = this.#plan;
    const known = this.#lists.map(({ groups: read }, i) => [before.lists[i]?.url, read] as const);
    for (const list of this.#lists) list.stop();
    this.#plan = plan;
    this.#groups = groups;
    this.#found = new WeakMap();
    this.#begin(known);
    before.client.close();
  }

  /** Has other targets from now on; a group that is the same object has the same targets. */
  regroup(groups: readonly TargetGroup[]): void {
    const isSame =
      groups.length === this.#groups.length && groups.every((group, i) => group === this.#groups[i]);
    // There may be room by now.
    if (isSame && this.leftOutCount === 0) return;
    this.#groups = groups;
    this.#sync();
  }

  /** Ends it for good: all series of its targets end. */
  async end(): Promise<void> {
    const loops = this.#stop();
    await Promise.all([...loops.map((loop) => loop.end()), ...this.#ending]);
    this.#plan.client.close();
  }

  /** Ends it until the next start. */
  async halt(): Promise<void> {
    const loops = this.#stop();
    await Promise.all([...loops.map((loop) => loop.halt()), ...this.#ending]);
    this.#plan.client.close();
  }

  #stop(): readonly ScrapeLoop[] {
    this.#isOver = true;
    for (const list of this.#lists) list.stop();
    const loops = this.loops;
    this.#loops.clear();
    return loops;
  }

  /** @param known - targets of lists by their URL, which stay until the list has been read again */
  #begin(known: readonly (readonly [url: string | undefined, groups: readonly TargetGroup[]])[]): void {
    const { clock, userAgent, onFault } = this.#ground;
    this.#lists = this.#plan.lists.map((list) => {
      const groups = known.find(([url]) => url === list.url)?.[1] ?? [];
      return new TargetList({ ...list, userAgent, clock, onFault, changed: () => this.#sync() }, groups);
    });
    this.#sync();
    for (const list of this.#lists) list.start();
  }

  /** Brings the loops in line with the targets that there are now. */
  #sync(): void {
    if (this.#isOver) return;
    const { settings, client } = this.#plan;
    const targets = this.#targets();
    const mode: ScrapeMode = { settings, client };
    const count = targets.size;
    const forcedError =
      count > settings.targetsMax
        ? `target_limit exceeded (number of targets: ${count}, limit: ${settings.targetsMax})`
        : undefined;
    for (const [key, loop] of this.#loops) {
      if (targets.has(key)) continue;
      this.#loops.delete(key);
      const ending = loop
        .end()
        .catch((error: unknown) => this.#ground.onFault(`ending the series of ${loop.target.url}`, error))
        .finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }
    for (const [key, target] of targets) {
      const running = this.#loops.get(key);
      if (running) {
        running.change(target, mode, forcedError);
        continue;
      }
      const loop = new ScrapeLoop(target, mode, this.#ground);
      this.#loops.set(key, loop);
      loop.start(forcedError);
    }
  }

  #targets(): ReadonlyMap<string, Target> {
    const { droppedTargetsMax } = this.#plan.settings;
    const groups = [...this.#groups, ...this.#lists.flatMap((list) => list.groups)];
    const targets = new Map<string, Target>();
    const dropped: Labels[] = [];
    const failures: string[] = [];
    const room = this.#room();
    let leftOut = 0;
    this.droppedCount = 0;
    for (const found of groups.flatMap((group) => this.#foundIn(group))) {
      if (found.kind === 'active') {
        const { target } = found;
        if (targets.size < room || targets.has(target.key)) targets.set(target.key, target);
        else leftOut++;
      } else if (found.kind === 'failed') failures.push(found.error.message);
      else {
        this.droppedCount++;
        if (dropped.length < droppedTargetsMax) dropped.push(found.discoveredLabels);
      }
    }
    if (leftOut > 0) failures.unshift(`${leftOut} targets are left out: there may not be so many altogether`);
    this.leftOutCount = leftOut;
    this.dropped = dropped;
    this.failures = failures;
    return targets;
  }

  #foundIn(group: TargetGroup): readonly FoundTarget[] {
    let found = this.#found.get(group);
    if (!found) {
      found = targetsOf(group, this.#plan.settings);
      this.#found.set(group, found);
    }
    return found;
  }
}
