import type { MetricFamily } from '../control/metrics.ts';
import type { Role } from './ownership.ts';

const roles: readonly Role[] = ['api', 'controllers', 'workers'];

/** Counts what becomes of the units of work in this process. */
export class ClusterMetrics {
  #takeovers = 0;
  #taken = 0;
  #lost = 0;
  #fenced = 0;

  /** @param isFromDead whether the process that had the unit died, or fell silent, with it */
  taken(isFromDead: boolean): void {
    this.#taken++;
    if (isFromDead) this.#takeovers++;
  }

  lost(): void {
    this.#lost++;
  }

  fenced(): void {
    this.#fenced++;
  }

  /** @param now the roles of each living process, and the role of each unit that is owned */
  collect(now: {
    readonly members: readonly (readonly Role[])[];
    readonly owned: readonly Role[];
  }): MetricFamily[] {
    const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): MetricFamily => ({
      name,
      help,
      type,
      samples: [{ labels: {}, value }],
    });
    const byRole = Map.groupBy(now.owned, (role) => role);
    return [
      {
        name: 'plinth_cluster_members',
        help: 'Processes on this database that live, by what they do; one that does several things counts for each.',
        type: 'gauge',
        samples: roles.map((role) => ({
          labels: { role },
          value: now.members.filter((member) => member.includes(role)).length,
        })),
      },
      {
        name: 'plinth_cluster_units_owned',
        help: 'Units of work that this process owns.',
        type: 'gauge',
        samples: roles.slice(1).map((role) => ({
          labels: { role },
          value: byRole.get(role)?.length ?? 0,
        })),
      },
      one('plinth_cluster_units_taken_total', 'counter', 'Units that this process took.', this.#taken),
      one(
        'plinth_cluster_takeovers_total',
        'counter',
        'Units that this process took from one that had died or fallen silent.',
        this.#takeovers,
      ),
      one(
        'plinth_cluster_units_lost_total',
        'counter',
        'Units that this process lost: it was silent, or another took them.',
        this.#lost,
      ),
      one(
        'plinth_cluster_fenced_writes_total',
        'counter',
        'Commits that were refused because this process did not own their unit any more.',
        this.#fenced,
      ),
    ];
  }
}
