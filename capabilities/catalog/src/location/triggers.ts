import { type Clock, type Directories, type ObjectName, type Source, watchAtRest } from '@plinth/kernel';
import { catalogEntities, isCatalogEntity } from '../catalog-entity-kind.ts';
import { limits } from '../limits.ts';

interface Watched {
  readonly path: string;
  readonly stop: () => void;
}

/** What tells that a location should be looked at, beside its own changes: its directory, and changes of its entities. */
export class LocationTriggers {
  readonly #directories: Directories;
  readonly #watched = new Map<string, Watched>();
  /** Locations that declare what others hold, by their namespaces. */
  readonly #contesting = new Map<string, Set<string>>();
  #clock: Clock | undefined;
  #enqueue: (location: ObjectName, delayMs: number) => void = () => undefined;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  /** The source of events for the controller. */
  readonly source: Source = ({ client, clock }, enqueue) => {
    this.#clock = clock;
    this.#enqueue = enqueue;
    let isReplay = true;
    const stop = client.follow(
      catalogEntities,
      ({ type, object }) => {
        if (isReplay || !isCatalogEntity(object)) return;
        const { namespace = '' } = object.metadata;
        const location = object.spec.source?.location;
        if (location !== undefined) this.#enqueue({ namespace, name: location }, limits.changeDelayMs);
        if (type !== 'deleted') return;
        for (const name of this.#contesting.get(namespace) ?? [])
          this.#enqueue({ namespace, name }, limits.changeDelayMs);
      },
      () => (isReplay = false),
    );
    return () => {
      stop();
      this.#enqueue = () => undefined;
      for (const watched of this.#watched.values()) watched.stop();
      this.#watched.clear();
      this.#contesting.clear();
    };
  };

  /** Watches the directory of a location, and none that it had before. */
  track(location: ObjectName, path: string | undefined): void {
    const key = `${location.namespace}/${location.name}`;
    const known = this.#watched.get(key);
    if (known?.path === path) return;
    known?.stop();
    this.#watched.delete(key);
    if (path === undefined || !this.#clock) return;
    const stop = watchAtRest(this.#directories, path, this.#clock, () => this.#enqueue(location, 0));
    this.#watched.set(key, { path, stop });
  }

  /** Whether a location waits for others to give up an entity. */
  contest({ namespace = '', name }: ObjectName, isContesting: boolean): void {
    const names = this.#contesting.get(namespace) ?? new Set();
    this.#contesting.set(namespace, names);
    if (isContesting) names.add(name);
    else names.delete(name);
  }

  /** Watches nothing for a location any more. */
  forget(location: ObjectName): void {
    this.track(location, undefined);
    this.contest(location, false);
  }
}
