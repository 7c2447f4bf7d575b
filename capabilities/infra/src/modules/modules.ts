import {
  type CapabilityContext,
  draft,
  formatTime,
  type HttpRequest,
  isAlreadyThere,
  type ObjectName,
  StatusError,
} from '@plinth/kernel';
import {
  compareVersions,
  type InterfaceChange,
  ModuleError,
  type ModuleVersion,
  nextVersion,
  parseVersion,
  type Step,
  stepBetween,
  stepOf,
} from '@plinth/terraform-module';
import { ContentLog } from '../content/content-log.ts';
import { type Module, moduleKind, modules } from './module-kind.ts';
import { type ModuleAddress, moduleObject, versionObject } from './module-names.ts';
import { ModuleReader } from './module-reader.ts';
import {
  isModuleVersion,
  type ModuleVersionObject,
  moduleVersionKind,
  moduleVersions,
} from './module-version-kind.ts';
import type { PackedModule } from './pack-module.ts';

/** An archive that is uploaded. */
export interface ModuleUpload {
  readonly address: ModuleAddress;
  readonly version: ModuleVersion;
  readonly archive: Uint8Array;
  readonly by: string;
  readonly entry: (sha256: string) => ReturnType<HttpRequest['entry']>;
}

/** What became of an upload. */
export interface Published {
  readonly object: ModuleVersionObject;
  readonly isNew: boolean;
}

/**
 * The private registry of modules.
 *
 * A version comes in two commits: its object, which nobody is told of yet, and its archive with the status that tells of it. What was
 * cut off in between is finished, or replaced, by the next upload of that version.
 */
export class Modules {
  readonly content: ContentLog;
  readonly #client: CapabilityContext['client'];
  readonly #clock: CapabilityContext['clock'];
  readonly #reader: ModuleReader;

  constructor({ client, clock, logs }: Pick<CapabilityContext, 'client' | 'clock' | 'logs'>) {
    this.#client = client;
    this.#clock = clock;
    this.#reader = new ModuleReader(clock);
    this.content = new ContentLog(logs, 'modules');
  }

  module({ namespace, ...rest }: ModuleAddress): Module | undefined {
    return this.#client.get(modules, { namespace, name: moduleObject(rest) });
  }

  /** Published versions, oldest first. */
  versions({ namespace, ...rest }: ModuleAddress): ModuleVersionObject[] {
    return this.#published({ namespace, name: moduleObject(rest) });
  }

  #published({ namespace = '', name }: ObjectName): ModuleVersionObject[] {
    return this.#client
      .list(moduleVersions, { namespace })
      .filter(isModuleVersion)
      .filter((one) => one.spec.module === name && isPublished(one))
      .sort((a, b) => compareVersions(versionOf(a), versionOf(b)));
  }

  /** A version that was published. @throws StatusError 404 */
  version(address: ModuleAddress, { text }: ModuleVersion): ModuleVersionObject {
    const found = this.#version(address, text);
    if (found && isPublished(found)) return found;
    const { namespace, name, provider } = address;
    throw new StatusError(404, 'NotFound', `there is no version ${text} of ${namespace}/${name}/${provider}`);
  }

  /** The archive of a version. @throws StatusError 503 when it is damaged */
  async archive({ metadata, spec }: ModuleVersionObject): Promise<Buffer> {
    return await this.content.read(metadata.uid, spec);
  }

  /**
   * Publishes a version.
   * @throws StatusError 409 when it is there with other files, 422 for what is no module, or when the version does not say what changed
   */
  async publish({ address, version, archive, by, entry }: ModuleUpload): Promise<Published> {
    const before = this.#before(address, version);
    const packed = await this.#read(archive, before);
    const known = this.#version(address, version.text);
    if (known && isPublished(known)) {
      if (known.spec.sha256 === packed.sha256) return { object: known, isNew: false };
      throw new StatusError(
        409,
        'Conflict',
        `version ${version.text} is there with other files, and versions never change; upload it as another one`,
      );
    }
    if (this.#before(address, version)?.metadata.uid !== before?.metadata.uid) {
      throw new StatusError(409, 'Conflict', 'another version was published meanwhile; try again');
    }
    const { changes } = packed;
    if (before) requireStep(versionOf(before), version, changes);
    const object = await this.#object(address, version, packed, known);
    const { namespace, name, resourceVersion, uid } = object.metadata;
    const status = {
      publishedAt: formatTime(this.#clock.now()),
      publishedBy: by,
      changes: changes.map(({ step, what }) => `${step}: ${what}`),
    };
    const patched = await this.#client.patch(
      moduleVersions,
      { namespace: namespace ?? '', name },
      { metadata: { resourceVersion }, status },
      'status',
      [...this.content.entries(uid, packed.archive), entry(packed.sha256)],
    );
    await this.count({ namespace: address.namespace, name: moduleObject(address) });
    if (!isModuleVersion(patched)) throw new TypeError('a version without a spec');
    return { object: patched, isNew: true };
  }

  #version({ namespace, ...rest }: ModuleAddress, version: string): ModuleVersionObject | undefined {
    const name = versionObject({ namespace, ...rest }, version);
    const found = this.#client.get(moduleVersions, { namespace, name });
    return isModuleVersion(found) ? found : undefined;
  }

  /** The release before a version. */
  #before(address: ModuleAddress, version: ModuleVersion): ModuleVersionObject | undefined {
    return this.versions(address).findLast((one) => {
      const other = versionOf(one);
      return other.preRelease.length === 0 && compareVersions(other, version) < 0;
    });
  }

  /** @throws StatusError 422 for what is no module */
  async #read(archive: Uint8Array, before: ModuleVersionObject | undefined): Promise<PackedModule> {
    try {
      return await this.#reader.read({ archive, before: before?.spec.interface });
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      throw new StatusError(422, 'Invalid', `the archive is no module: ${error.message}`, undefined, error);
    }
  }

  /** The object of a version, made when it is not there as it has to be. */
  async #object(
    address: ModuleAddress,
    version: ModuleVersion,
    packed: PackedModule,
    known: ModuleVersionObject | undefined,
  ): Promise<ModuleVersionObject> {
    const { namespace } = address;
    const module = await this.#module(address);
    const name = versionObject(address, version.text);
    if (known?.spec.sha256 === packed.sha256 && known.metadata.deletionTimestamp === undefined) return known;
    if (known) {
      await this.#client.delete(moduleVersions, { namespace, name }, { uid: known.metadata.uid });
      throw new StatusError(
        409,
        'Conflict',
        `an upload of version ${version.text} was cut off, and what is left of it is being removed; try again`,
      );
    }
    const { group, version: apiVersion, kind } = moduleVersionKind;
    const owner = {
      apiVersion: `${moduleKind.group}/${moduleKind.version}`,
      kind: moduleKind.kind,
      name: module.metadata.name,
      uid: module.metadata.uid,
    };
    const spec = {
      module: module.metadata.name,
      version: version.text,
      sha256: packed.sha256,
      sizeBytes: packed.archive.length,
      files: packed.files,
      interface: packed.interface,
    };
    const made = await this.#client.create(
      moduleVersions,
      draft(`${group}/${apiVersion}`, kind, { namespace, name, ownerReferences: [owner] }, { spec }),
    );
    if (!isModuleVersion(made)) throw new TypeError('a version without a spec');
    return made;
  }

  async #module(address: ModuleAddress): Promise<Module> {
    const known = this.module(address);
    if (known) return known;
    const { namespace } = address;
    const { group, version, kind } = moduleKind;
    try {
      const name = moduleObject(address);
      return await this.#client.create(modules, draft(`${group}/${version}`, kind, { namespace, name }));
    } catch (error) {
      const other = isAlreadyThere(error) ? this.module(address) : undefined;
      if (!other) throw error;
      return other;
    }
  }

  /** Tells of the versions in the status of the module. */
  async count(name: ObjectName): Promise<void> {
    const module: Module | undefined = this.#client.get(modules, name);
    if (!module || module.metadata.deletionTimestamp !== undefined) return;
    const all = this.#published(name);
    const latest = all.findLast((one) => versionOf(one).preRelease.length === 0)?.spec.version;
    if (module.status?.versions === all.length && module.status.latest === latest) return;
    const status = { versions: all.length, latest: latest ?? null };
    await this.#client.patch(modules, name, { status }, 'status');
  }
}

function isPublished({ metadata, status }: ModuleVersionObject): boolean {
  return status?.publishedAt !== undefined && metadata.deletionTimestamp === undefined;
}

/** The version of a published one, taken apart. */
export function versionOf({ spec }: ModuleVersionObject): ModuleVersion {
  const version = parseVersion(spec.version);
  if (!version) throw new TypeError(`${spec.version} was published and is no version`);
  return version;
}

/** @throws StatusError 422 naming what the version does not say, and one that does */
function requireStep(
  before: ModuleVersion,
  version: ModuleVersion,
  changes: readonly InterfaceChange[],
): void {
  const order: readonly Step[] = ['patch', 'minor', 'major'];
  const [needed, taken] = [stepOf(changes), stepBetween(before, version)];
  if (order.indexOf(taken) >= order.indexOf(needed)) return;
  const why = changes
    .filter(({ step }) => order.indexOf(step) > order.indexOf(taken))
    .map(({ what }) => what);
  throw new StatusError(
    422,
    'Invalid',
    `${version.text} is a ${taken} step from ${before.text}, and the module has changes that need a ${needed} one: ${why.join('; ')}. ` +
      `Publish it as ${nextVersion(before, needed)}, or take the changes back`,
  );
}
