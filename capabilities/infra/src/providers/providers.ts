import { type CapabilityContext, draft, formatTime, type HttpRequest, StatusError } from '@plinth/kernel';
import { hash1, openZip, ZipError } from '@plinth/zip-archive';
import { ContentLog } from '../content/content-log.ts';
import { sha256Of } from '../content/digest.ts';
import { providerCommitBytes, providerFilesMax, providerUnpackedBytesMax, uploadMs } from '../limits.ts';
import { type PackageAddress, type ProviderAddress, packageObject } from './provider-names.ts';
import {
  isProviderPackage,
  type ProviderPackage,
  providerPackageKind,
  providerPackages,
} from './provider-package-kind.ts';

/** An archive that is uploaded. */
export interface ProviderUpload {
  readonly address: PackageAddress;
  readonly archive: Buffer;
  /** Hashes that it must have, as lock files write them. */
  readonly hashes: readonly string[];
  readonly by: string;
  readonly entry: (sha256: string) => ReturnType<HttpRequest['entry']>;
}

/**
 * The mirror of providers.
 *
 * ```
 * storing    the object is there, and part of the archive; nobody is told of it
 * published  all of it is there
 * ```
 *
 * An archive is too large for one commit, behind which others would wait. So it comes in several, each guarded by the revision that
 * the one before left; what was cut off is removed by the next upload, once nothing of it has come for some minutes.
 */
export class Providers {
  readonly content: ContentLog;
  readonly #client: CapabilityContext['client'];
  readonly #clock: CapabilityContext['clock'];

  constructor({ client, clock, logs }: Pick<CapabilityContext, 'client' | 'clock' | 'logs'>) {
    this.#client = client;
    this.#clock = clock;
    this.content = new ContentLog(logs, 'providers');
  }

  /** Packages of a provider that are there, whatever their versions and platforms. */
  packages({ hostname, namespace, type }: ProviderAddress): ProviderPackage[] {
    return this.#client
      .list(providerPackages)
      .filter(isProviderPackage)
      .filter(({ spec }) => spec.hostname === hostname && spec.namespace === namespace && spec.type === type)
      .filter(isPublished);
  }

  /** @throws StatusError 404 */
  package(address: PackageAddress): ProviderPackage {
    const found = this.#find(address);
    if (found && isPublished(found)) return found;
    throw new StatusError(404, 'NotFound', `there is no ${pathOf(address)}`);
  }

  /** The archive of a package. @throws StatusError 503 when it is damaged */
  async archive({ metadata, spec }: ProviderPackage): Promise<Buffer> {
    return await this.content.read(metadata.uid, spec);
  }

  /**
   * Publishes a package.
   * @throws StatusError 409 when it is there with another archive, 422 for what is no package, or not the one that was meant
   */
  async publish(
    upload: ProviderUpload,
  ): Promise<{ readonly object: ProviderPackage; readonly isNew: boolean }> {
    const { address, archive } = upload;
    const sha256 = sha256Of(archive);
    const known = this.#find(address);
    if (known && isPublished(known)) {
      if (known.spec.sha256 === sha256) return { object: known, isNew: false };
      throw new StatusError(
        409,
        'Conflict',
        `${pathOf(address)} is there with another archive, and packages never change`,
      );
    }
    const h1 = await checked(upload, sha256);
    if (known) await this.#clear(known);
    const { group, version, kind } = providerPackageKind;
    const spec = { ...address, sha256, h1, sizeBytes: archive.length };
    const object = draft(`${group}/${version}`, kind, { name: packageObject(address) }, { spec });
    const made = await this.#client.create(providerPackages, object);
    if (!isProviderPackage(made)) throw new TypeError('a package without a spec');
    return { object: await this.#store(made, upload, sha256), isNew: true };
  }

  async #store(
    made: ProviderPackage,
    { archive, by, entry }: ProviderUpload,
    sha256: string,
  ): Promise<ProviderPackage> {
    const { uid, name } = made.metadata;
    let { resourceVersion } = made.metadata;
    for (let from = 0; ; ) {
      const part = archive.subarray(from, from + providerCommitBytes);
      from += part.length;
      const isWhole = from >= archive.length;
      const changedAt = formatTime(this.#clock.now());
      const status = {
        changedAt,
        storedBytes: from,
        ...(isWhole ? { publishedAt: changedAt, publishedBy: by } : {}),
      };
      const appends = [...this.content.entries(uid, part), ...(isWhole ? [entry(sha256)] : [])];
      const patch = { metadata: { resourceVersion }, status };
      const stored = await this.#client.patch(providerPackages, { name }, patch, 'status', appends);
      if (!isProviderPackage(stored)) throw new TypeError('a package without a spec');
      if (isWhole) return stored;
      ({ resourceVersion } = stored.metadata);
    }
  }

  #find(address: PackageAddress): ProviderPackage | undefined {
    const found = this.#client.get(providerPackages, { name: packageObject(address) });
    return isProviderPackage(found) ? found : undefined;
  }

  /** Makes room for an upload where another one began. @throws StatusError 409, always */
  async #clear({ metadata, spec, status }: ProviderPackage): Promise<never> {
    const since = Date.parse(status?.changedAt ?? metadata.creationTimestamp ?? '');
    const { name, uid, deletionTimestamp } = metadata;
    if (deletionTimestamp === undefined && this.#clock.now() - since < uploadMs) {
      throw new StatusError(
        409,
        'Conflict',
        `somebody is uploading ${pathOf(spec)}; if that was cut off, delete the ProviderPackage ${name}, or try again in ` +
          `${uploadMs / 60_000} minutes`,
      );
    }
    if (deletionTimestamp === undefined) await this.#client.delete(providerPackages, { name }, { uid });
    throw new StatusError(
      409,
      'Conflict',
      `an upload of ${pathOf(spec)} was cut off, and what is left of it is being removed; try again`,
    );
  }
}

function isPublished({ metadata, status }: ProviderPackage): boolean {
  return status?.publishedAt !== undefined && metadata.deletionTimestamp === undefined;
}

function pathOf({ hostname, namespace, type, version, platform }: PackageAddress): string {
  return `${hostname}/${namespace}/${type} ${version} for ${platform}`;
}

/**
 * Checks that an archive is a package, and the one that was meant.
 * @returns its hash `h1:`
 * @throws StatusError 422
 */
async function checked({ address, archive, hashes }: ProviderUpload, sha256: string): Promise<string> {
  let h1: string;
  try {
    const zip = openZip(archive, {
      filesMax: providerFilesMax,
      unpackedBytesMax: providerUnpackedBytesMax,
    });
    const program = `terraform-provider-${address.type}`;
    const names = zip.files.map(({ name }) => name);
    if (!names.some((name) => name === program || name.startsWith(`${program}_`))) {
      throw new ZipError(`it has no file ${program}_v${address.version} at its root`);
    }
    h1 = await hash1(zip);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw invalid(`the archive is no package of a provider: ${error.message}`, error);
  }
  const own = new Map([
    ['h1', h1],
    ['zh', `zh:${sha256}`],
  ]);
  for (const expected of hashes) {
    const found = own.get(expected.slice(0, expected.indexOf(':')));
    if (found === undefined) {
      throw invalid(
        `hash: expected one that begins with h1: or zh:, found ${JSON.stringify(expected.slice(0, 80))}`,
      );
    }
    if (found !== expected) throw invalid(`the archive is not the one that was meant: its hash is ${found}`);
  }
  return h1;
}

function invalid(message: string, cause?: unknown): StatusError {
  return new StatusError(422, 'Invalid', message, undefined, cause);
}
