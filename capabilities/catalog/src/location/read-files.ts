import { posix } from 'node:path';
import {
  checkEntity,
  type Entity,
  fillPlaceholders,
  PlaceholderError,
  readEntityDocuments,
  refOf,
  refOfDocument,
  stringifyEntityRef,
} from '@plinth/backstage-catalog';
import { leavesItsRoot } from '@plinth/kernel';
import type { LocationProblem } from '../catalog-location-kind.ts';
import { objectNameOf } from '../entity-rules.ts';
import { limits } from '../limits.ts';
import { targetMatcher } from './source-files.ts';

/** A file as text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** An entity that a source declares. */
export interface DeclaredEntity {
  /** Name of the object that holds it. */
  readonly name: string;
  readonly ref: string;
  readonly entity: Entity;
  readonly path: string;
  /** The Location that pointed to the file. */
  readonly parent?: string;
}

/** What the files of a source come to. */
export interface Reading {
  readonly entities: readonly DeclaredEntity[];
  readonly problems: readonly LocationProblem[];
  /** Files of which a document cannot be read: what they no longer declare may be in it. */
  readonly brokenPaths: readonly string[];
  /** Entities whose text is not valid, with what is wrong. */
  readonly invalid: ReadonlyMap<string, readonly string[]>;
  /** Files that the entities point to, as targets. */
  readonly wanted: readonly string[];
}

/** Reads the entities of files, and of those that they point to. @param targets where it begins */
export function readFiles(files: readonly TextFile[], targets: readonly string[]): Reading {
  return new Reader(files, targets).read();
}

class Reader {
  readonly #files: ReadonlyMap<string, string>;
  /** Files to read, and the Location that points to them. */
  readonly #queue = new Map<string, string | undefined>();
  readonly #entities = new Map<string, DeclaredEntity>();
  readonly #problems: LocationProblem[] = [];
  readonly #broken = new Set<string>();
  readonly #invalid = new Map<string, readonly string[]>();
  readonly #wanted = new Set<string>();

  constructor(files: readonly TextFile[], targets: readonly string[]) {
    this.#files = new Map(files.map(({ path, text }) => [path, text]));
    const isTarget = targetMatcher(targets);
    for (const { path } of files) if (isTarget(path)) this.#queue.set(path, undefined);
  }

  read(): Reading {
    // Grows while it is gone through; each file is in it once.
    for (const [path, parent] of this.#queue) this.#file(path, parent);
    return {
      entities: [...this.#entities.values()],
      problems: this.#problems,
      brokenPaths: [...this.#broken],
      invalid: this.#invalid,
      wanted: [...this.#wanted],
    };
  }

  #file(path: string, parent: string | undefined): void {
    for (const { line, value, error } of readEntityDocuments(this.#files.get(path) ?? '')) {
      if (value) this.#document(value, { path, line, parent });
      else {
        this.#broken.add(path);
        this.#problems.push({ path, line, message: error ?? 'cannot be read' });
      }
    }
  }

  #document(value: Record<string, unknown>, at: Place): void {
    const verdict = this.#verdict(value, at.path);
    if (!verdict.ok) {
      const ref = refOfDocument(value);
      if (ref === undefined) this.#broken.add(at.path);
      else this.#invalid.set(ref, verdict.errors);
      for (const message of verdict.errors) this.#problem(at, ref, message);
      return;
    }
    const { entity } = verdict;
    const ref = stringifyEntityRef(refOf(entity));
    const other = this.#entities.get(ref);
    if (other) {
      this.#problem(at, ref, `${other.path} declares this entity already: give one of them another name`);
      return;
    }
    if (this.#entities.size >= limits.entities) {
      this.#problem(at, ref, `a location has at most ${limits.entities} entities: split it`);
      return;
    }
    const { path, parent } = at;
    const name = objectNameOf(refOf(entity));
    this.#entities.set(ref, { name, ref, entity, path, ...(parent === undefined ? {} : { parent }) });
    if (entity.kind === 'Location') this.#follow(entity, ref, at);
  }

  #verdict(value: Record<string, unknown>, path: string): ReturnType<typeof checkEntity> {
    try {
      return checkEntity(fillPlaceholders(value, ({ type, target }) => this.#text(`$${type}`, target, path)));
    } catch (error) {
      if (error instanceof PlaceholderError) return { ok: false, errors: [error.message] };
      throw error;
    }
  }

  /** The text of a file that an entity points to. */
  #text(what: string, target: string, from: string): string {
    const path = insidePath(target, from);
    if (path === undefined) throw new PlaceholderError(`${what}: ${target}: ${outside}`);
    this.#wanted.add(path);
    const text = this.#files.get(path);
    if (text === undefined) throw new PlaceholderError(`${what}: there is no file ${path} in the source`);
    return text;
  }

  #follow({ spec = {} }: Entity, ref: string, at: Place): void {
    const { target, targets, presence } = spec as LocationSpec;
    for (const one of [...(target === undefined ? [] : [target]), ...(targets ?? [])]) {
      const pattern = insidePath(one, at.path);
      if (pattern === undefined) {
        this.#problem(at, ref, `spec.target ${one}: ${outside}`);
        continue;
      }
      this.#wanted.add(pattern);
      const found = [...this.#files.keys()].filter(targetMatcher([pattern]));
      for (const path of found) if (!this.#queue.has(path)) this.#queue.set(path, ref);
      if (found.length === 0 && presence !== 'optional')
        this.#problem(at, ref, `spec.target ${one}: there is no file ${pattern} in the source`);
    }
  }

  #problem({ path, line }: Place, entity: string | undefined, message: string): void {
    const text = message.slice(0, limits.messageLength);
    this.#problems.push({ path, line, ...(entity === undefined ? {} : { entity }), message: text });
  }
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly parent: string | undefined;
}

/** What of a Location is looked at; the verdict on it has checked the types. */
interface LocationSpec {
  readonly target?: string;
  readonly targets?: readonly string[];
  readonly presence?: string;
}

const outside =
  'only files of the same source are read: name one by its path from this file, or make a CatalogLocation for the other source';

/** A path from the root of the source, for what a file in it names; undefined when it is elsewhere. */
function insidePath(target: string, from: string): string | undefined {
  if (target.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const path = posix.join(posix.dirname(from), target);
  return leavesItsRoot(path) ? undefined : path;
}
