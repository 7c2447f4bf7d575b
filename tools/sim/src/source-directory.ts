import {
  type Capability,
  type Directories,
  defineCapability,
  type Random,
  type SourceSnapshot,
} from '@plinth/kernel';
import { workspaceController, workspaceKind } from '@plinth/workspace';

/** Where the source of the simulated workspace lies. */
export const sourcePath = '/source';

/** A ConfigMap that the source declares. */
export interface Declared {
  readonly namespace: string;
  readonly name: string;
  readonly n: string;
}

/** A directory of manifests that people edit while the workspace keeps it applied; it outlives processes. */
export class SourceDirectory implements Directories {
  readonly #declared = new Map<string, Declared>();
  #watchers = new Set<() => void>();
  #edits = 0;

  /** What it declares now, by file name. */
  get declared(): ReadonlyMap<string, Declared> {
    return this.#declared;
  }

  /** Somebody writes a file, changes it or takes it out. */
  edit(random: Random, places: readonly string[]): void {
    const number = random.below(6);
    const file = `${number}.yaml`;
    const known = this.#declared.get(file);
    // The last file stays: a source that declares nothing is refused as a mistake.
    if (known && this.#declared.size > 1 && random.below(3) === 0) this.#declared.delete(file);
    else {
      const namespace = known?.namespace ?? places[random.below(places.length)] ?? '';
      this.#declared.set(file, { namespace, name: `ws-${number}`, n: String(random.below(5)) });
    }
    this.#edits++;
    for (const changed of this.#watchers) changed();
  }

  read(): Promise<SourceSnapshot> {
    const files = [...this.#declared]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, declared]) => ({ path, bytes: Buffer.from(manifestOf(declared)) }));
    return Promise.resolve({ revision: `edit-${this.#edits}`, files });
  }

  watch(_path: string, changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** The process that watched is dead. */
  cut(): void {
    this.#watchers = new Set();
  }

  /** The capability that keeps this directory applied. */
  capability(): Capability {
    const repositories = { read: () => Promise.reject(new Error('there are no repositories here')) };
    return defineCapability({
      name: 'workspace',
      kinds: [workspaceKind],
      open: (context) => ({
        controllers: [
          workspaceController({
            directories: this,
            repositories,
            clientAs: (fieldManager) => context.clientAs(fieldManager),
            drift: context.drift,
          }),
        ],
      }),
    });
  }
}

function manifestOf({ namespace, name, n }: Declared): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: ${namespace}
data:
  "n": "${n}"
`;
}
