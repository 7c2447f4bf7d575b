import {
  type Clock,
  type Column,
  conditionSchema,
  formatTime,
  type KubeObject,
  listMapOf,
  setCondition,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import type { ScrapePool } from './scrape-pool.ts';

/** What objects that ask for scrapes say of them. */
export const scrapeStatus = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({ description: 'The generation that the status is about.' }),
    ),
    targets: Type.Optional(
      Type.Object(
        {
          total: Type.Integer({ description: 'Targets that are scraped.' }),
          up: Type.Integer({ description: 'Targets whose last scrape went well.' }),
          dropped: Type.Integer({ description: 'Targets that relabeling dropped.' }),
        },
        { description: 'How many targets there are.' },
      ),
    ),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], { description: 'Ready: all targets are scraped without errors.' }),
    ),
  },
  { description: 'What the targets are at.' },
);

/** Columns of kinds with such a status. */
export const scrapeColumns: readonly Column[] = [
  {
    name: 'Targets',
    type: 'integer',
    description: 'Targets that are scraped.',
    cell: '.status.targets.total',
  },
  {
    name: 'Up',
    type: 'integer',
    description: 'Targets whose last scrape went well.',
    cell: '.status.targets.up',
  },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether all targets are scraped without errors.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
];

export type ScrapeStatus = Static<typeof scrapeStatus>;

/** Whether scrapes go well, in the form of a condition. */
export interface Readiness {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** The status of an object that asks for scrapes. @param pools - those that are scraped for it */
export function scrapeStatusOf(
  object: KubeObject & { readonly status?: ScrapeStatus },
  pools: readonly ScrapePool[],
  readiness: Readiness,
  clock: Clock,
): ScrapeStatus {
  const observedGeneration = object.metadata.generation ?? 0;
  const loops = pools.flatMap((pool) => pool.loops);
  return {
    observedGeneration,
    targets: {
      total: loops.length,
      up: loops.filter(({ health }) => health === 'up').length,
      dropped: pools.reduce((sum, { droppedCount }) => sum + droppedCount, 0),
    },
    conditions: setCondition(
      object.status?.conditions,
      { type: 'Ready', ...readiness, observedGeneration },
      formatTime(clock.now()),
    ),
  };
}

/** How the scrapes of pools go. */
export function readinessOf(pools: readonly ScrapePool[]): Readiness {
  const loops = pools.flatMap((pool) => pool.loops);
  const down = loops.filter(({ health }) => health === 'down');
  const [firstDown] = down;
  const [listError] = pools.flatMap(({ listErrors }) => listErrors);
  const [failure] = pools.flatMap(({ failures }) => failures);
  if (firstDown) {
    const { target, lastError } = firstDown;
    const message = `${down.length} of ${loops.length} targets are down: ${target.url}: ${lastError}`;
    return { status: 'False', reason: 'TargetsDown', message };
  }
  if (listError !== undefined) return { status: 'False', reason: 'DiscoveryFailed', message: listError };
  if (failure !== undefined) return { status: 'False', reason: 'TargetInvalid', message: failure };
  const isSettled = pools.length > 0 && pools.every((pool) => pool.isSettled);
  if (!isSettled || loops.some(({ health }) => health === 'unknown')) {
    return { status: 'Unknown', reason: 'Waiting', message: 'not all targets have been scraped yet' };
  }
  const warned = loops.find(({ lastWarnings }) => lastWarnings.length > 0);
  const leftOut = warned
    ? `; of ${warned.target.url} something was left out: ${warned.lastWarnings.join('; ')}`
    : '';
  return { status: 'True', reason: 'Scraped', message: `all targets are scraped${leftOut}` };
}

/** How often a status is brought up to date, in milliseconds: more often while targets wait for their first scrape. */
export function statusAfterMs({ conditions }: ScrapeStatus): number {
  const isWaiting = conditions?.some((one) => one.type === 'Ready' && one.status === 'Unknown');
  return isWaiting === true ? 2_000 : 15_000;
}
