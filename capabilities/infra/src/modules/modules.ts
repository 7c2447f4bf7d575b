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
  diffInterfaces,
  type InterfaceChange,
  ModuleError,
  type ModuleInterface,
  type ModuleVersion,
  nextVersion,
  parseVersion,
  readArchive,
  readInterface,
  type Step,
  stepBetween,
  stepOf,
  writeArchive,
} from '@plinth/terraform-module';
import { ContentLog, sha256Of } from '../content/content-log.ts';
import { interfaceBytesMax } from '../limits.ts';
import { type Module, moduleKind, modules } from './module-kind.ts';
import { type ModuleAddress, moduleObject, versionObject } from './module-names.ts';
import {
  isModuleVersion,
  type ModuleVersionObject,
  moduleVersionKind,
  moduleVersions,
} from './module-version-kind.ts';

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

/** A module that was looked through, as it is kept. */
interface PackedModule {
  readonly interface: ModuleInterface;
  readonly archive: Buffer;
  readonly sha256: string;
  readonly files: number;
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

  constructor({ client, clock, logs }: Pick<CapabilityContext, 'client' | 'clock' | 'logs'>) {
    this.#client = client;
    this.#clock = clock;
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
    const packed = await packModule(archive);
    const known = this.#version(address, version.text);
    if (known && isPublished(known)) {
      if (known.spec.sha256 === packed.sha256) return { object: known, isNew: false };
      throw new StatusError(
        409,
        'Conflict',
        `version ${version.text} is there with other files, and versions never change; upload it as another one`,
      );
    }
    const changes = this.#changes(address, version, packed.interface);
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

  /** What differs from the release before. @throws StatusError 422 when the version does not say it */
  #changes(
    address: ModuleAddress,
    version: ModuleVersion,
    found: ModuleInterface,
  ): readonly InterfaceChange[] {
    const before = this.versions(address).findLast((one) => {
      const other = versionOf(one);
      return other.preRelease.length === 0 && compareVersions(other, version) < 0;
    });
    if (!before) return [];
    const changes = diffInterfaces(before.spec.interface, found);
    requireStep(versionOf(before), version, changes);
    return changes;
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

/** @throws StatusError 422 for what is no module */
async function packModule(archive: Uint8Array): Promise<PackedModule> {
  try {
    const files = await readArchive(archive);
    const found = readInterface(files);
    if (JSON.stringify(found).length > interfaceBytesMax) {
      throw new ModuleError(
        `its variables and outputs take more than ${interfaceBytesMax / 1024} KiB; shorten descriptions`,
      );
    }
    const written = await writeArchive(files);
    return { interface: found, archive: written, sha256: sha256Of(written), files: files.size };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new StatusError(422, 'Invalid', `the archive is no module: ${error.message}`, undefined, error);
  }
}
