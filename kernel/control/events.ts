import { createHash } from 'node:crypto';
import type { Client } from '../model/client.ts';
import type { KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import { type Clock, formatTime } from '../ports/clock.ts';
import { draft } from './draft.ts';
import type { MetricFamily } from './metrics.ts';
import { TokenBucket } from './token-bucket.ts';

/** Something that happened to an object, for those who look at it with `kubectl describe`. */
export interface EventInput {
  readonly object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, made for machines. */
  readonly reason: string;
  /** For people; never holds values of Secrets. */
  readonly message: string;
}

/** Takes in events; see EventWriter for the one that writes them. */
export interface EventRecorder {
  /** Records an event; returns at once. Events are a courtesy: one that cannot be written is counted and dropped. */
  record(event: EventInput): void;
}

export const events = { group: '', resource: 'events' } as const;

/** Limits of the recorder; the burst and its refill are those of client-go's spam filter. */
const limits = {
  /** Events about one object and reason kind from one component: a burst, then one in five minutes. */
  burst: 25,
  perSecond: 1 / 300,
  /** Objects whose budget is remembered. */
  objects: 4096,
  /** Events that wait to be written. */
  pending: 1024,
  messageLength: 1024,
};

export interface EventWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** Who records: `reportingComponent`. */
  readonly component: string;
  /** Which process of it: `reportingInstance`; the component's name by default. */
  readonly instance?: string;
}

/**
 * Writes events as core/v1 Event objects. The same event again counts up (`count`, `lastTimestamp`) instead of making a
 * new object; its name is derived from what makes it the same, so that this also holds after a restart.
 *
 * Spec: Kubernetes core/v1 Event.
 */
export class EventWriter implements EventRecorder {
  readonly #options: EventWriterOptions;
  readonly #budgets = new Map<string, TokenBucket>();
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #written = 0;
  #dropped = 0;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  record(event: EventInput): void {
    if (this.#pending >= limits.pending || !this.#budget(event).tryTake()) {
      this.#dropped++;
      return;
    }
    const atMs = this.#options.clock.now();
    this.#pending++;
    // One after the other: two writes of the same event would race for its count.
    this.#tail = this.#tail.then(async () => {
      try {
        await this.#write(event, atMs);
        this.#written++;
      } catch {
        this.#dropped++;
      } finally {
        this.#pending--;
      }
    });
  }

  /** Resolves when all that was recorded so far is written or dropped. */
  async flush(): Promise<void> {
    await this.#tail;
  }

  collect(): MetricFamily[] {
    const component = this.#options.component;
    const sample = (result: string, value: number) => ({ labels: { component, result }, value });
    return [
      {
        name: 'plinth_events_recorded_total',
        help: 'Events by what became of them; dropped are those over the rate limit and those that were refused.',
        type: 'counter',
        samples: [sample('written', this.#written), sample('dropped', this.#dropped)],
      },
    ];
  }

  #budget(event: EventInput): TokenBucket {
    const { uid } = event.object.metadata;
    const known = this.#budgets.get(uid);
    if (known) return known;
    const first = this.#budgets.size >= limits.objects ? this.#budgets.keys().next().value : undefined;
    if (first !== undefined) this.#budgets.delete(first);
    const budget = new TokenBucket(this.#options.clock, limits.perSecond, limits.burst);
    this.#budgets.set(uid, budget);
    return budget;
  }

  async #write(input: EventInput, atMs: number): Promise<void> {
    const { client } = this.#options;
    const fresh = this.#event(input, atMs);
    const { name, namespace = 'default' } = fresh.metadata;
    const known = client.get(events, { namespace, name });
    if (!known) {
      try {
        await client.create(events, fresh);
        return;
      } catch (error) {
        if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
      }
    }
    const current = known ?? client.get(events, { namespace, name });
    const count = typeof current?.['count'] === 'number' ? current['count'] : 1;
    await client.patch(events, { namespace, name }, { count: count + 1, lastTimestamp: formatTime(atMs) });
  }

  #event(input: EventInput, atMs: number): KubeObject {
    const { component, instance = component } = this.#options;
    const { apiVersion, kind, metadata } = input.object;
    const { namespace, name, uid, resourceVersion } = metadata;
    const message = input.message.slice(0, limits.messageLength);
    const identity = JSON.stringify([
      component,
      kind,
      namespace ?? '',
      name,
      uid,
      input.type,
      input.reason,
      message,
    ]);
    const digest = createHash('sha256').update(identity).digest('hex').slice(0, 16);
    const time = formatTime(atMs);
    return draft(
      'v1',
      'Event',
      {
        name: eventName(name, digest),
        // Events about cluster-scoped objects are kept in `default`, where kubectl looks for them.
        namespace: namespace ?? 'default',
      },
      {
        involvedObject: {
          apiVersion,
          kind,
          name,
          uid,
          resourceVersion,
          ...(namespace === undefined ? {} : { namespace }),
        },
        type: input.type,
        reason: input.reason,
        message,
        source: { component },
        reportingComponent: component,
        reportingInstance: instance,
        firstTimestamp: time,
        lastTimestamp: time,
        count: 1,
      },
    );
  }
}

// Names of RBAC objects may hold colons, those of events may not; a name may have 253 characters.
function eventName(objectName: string, digest: string): string {
  const clean = objectName
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/\.+/g, '.');
  return `${clean.slice(0, 230).replace(/^[-.]+|[-.]+$/g, '') || 'object'}.${digest}`;
}
