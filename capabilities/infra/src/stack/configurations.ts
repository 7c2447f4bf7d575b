import {
  type CapabilityContext,
  draft,
  formatTime,
  type HttpRequest,
  isAlreadyThere,
  isFinished,
  isRun,
  type ObjectName,
  runs,
  type SourceFile,
  StatusError,
} from '@plinth/kernel';
import { ModuleError, readArchive, writeArchive } from '@plinth/terraform-module';
import { ContentLog } from '../content/content-log.ts';
import { sha256Of } from '../content/digest.ts';
import { configurationsKept } from '../limits.ts';
import {
  type ConfigurationVersion,
  configurationVersionKind,
  configurationVersions,
  isConfigurationVersion,
} from './configuration-version-kind.ts';
import type { Stack } from './stack-fields.ts';
import { configurationRules } from './stack-source.ts';

/** A configuration that comes. */
export interface ConfigurationUpload {
  readonly stack: Stack;
  /** Of the object, as it was announced. */
  readonly name: string;
  readonly speculative: boolean;
  /** A gzipped tar archive. */
  readonly archive: Uint8Array;
  readonly by: string;
  readonly entry: (sha256: string) => ReturnType<HttpRequest['entry']>;
}

/**
 * What `terraform plan` and `terraform apply` upload.
 *
 * A configuration comes in two commits: its object, which counts for nothing yet, and its files with the status that tells of them.
 */
export class Configurations {
  readonly #client: CapabilityContext['client'];
  readonly #clock: CapabilityContext['clock'];
  readonly #content: ContentLog;

  constructor({ client, clock, logs }: Pick<CapabilityContext, 'client' | 'clock' | 'logs'>) {
    this.#client = client;
    this.#clock = clock;
    this.#content = new ContentLog(logs, 'configurations');
  }

  /** A configuration that has come as a whole; undefined when there is none of the name. */
  find(name: ObjectName): ConfigurationVersion | undefined {
    const found = this.#client.get(configurationVersions, name);
    const isThere = isConfigurationVersion(found) && found.status?.uploadedAt !== undefined;
    return isThere && found.metadata.deletionTimestamp === undefined ? found : undefined;
  }

  /** Its files. @throws StatusError 503 when they are damaged */
  async files({ metadata, spec }: ConfigurationVersion): Promise<SourceFile[]> {
    const files = await readArchive(await this.#content.read(metadata.uid, spec));
    return [...files].map(([path, { content, isExecutable }]) => ({
      path,
      bytes: Buffer.from(content),
      ...(isExecutable ? { isExecutable } : {}),
    }));
  }

  /**
   * Takes a configuration; the same once more is taken already.
   * @throws StatusError 422 for an archive that is none, or leads out of its directory; 409 when another one is there under the name
   */
  async upload({ stack, name, speculative, archive, by, entry }: ConfigurationUpload): Promise<void> {
    const { namespace = '', uid } = stack.metadata;
    const packed = await packConfiguration(archive);
    const revision = `sha256:${packed.sha256}`;
    const { kind, group, version } = configurationVersionKind;
    const owner = { apiVersion: stack.apiVersion, kind: stack.kind, name: stack.metadata.name, uid };
    const spec = { stack: stack.metadata.name, speculative, revision, ...packed.facts };
    try {
      await this.#client.create(
        configurationVersions,
        draft(`${group}/${version}`, kind, { namespace, name, ownerReferences: [owner] }, { spec }),
      );
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
    const made = this.#client.get(configurationVersions, { namespace, name });
    if (!isConfigurationVersion(made) || made.spec.sha256 !== packed.sha256) {
      throw new StatusError(409, 'Conflict', 'another configuration has been uploaded here; start again');
    }
    if (made.status?.uploadedAt !== undefined) return;
    const status = { uploadedAt: formatTime(this.#clock.now()), uploadedBy: by };
    await this.#client.patch(
      configurationVersions,
      { namespace, name },
      { metadata: { resourceVersion: made.metadata.resourceVersion }, status },
      'status',
      [...this.#content.entries(made.metadata.uid, packed.archive), entry(packed.sha256)],
    );
  }

  /** Tells more of a configuration. */
  async tell(name: ObjectName, status: NonNullable<ConfigurationVersion['status']>): Promise<void> {
    await this.#client.patch(configurationVersions, name, { status }, 'status');
  }

  /** Deletes the oldest of a stack that nothing needs any more. */
  async prune({ metadata: { namespace = '', name }, status }: Stack): Promise<void> {
    const old = this.#client
      .list(configurationVersions, { namespace })
      .filter(isConfigurationVersion)
      .filter(({ spec, metadata }) => spec.stack === name && metadata.deletionTimestamp === undefined)
      .sort((a, b) => ageOf(b) - ageOf(a))
      .slice(configurationsKept);
    for (const { metadata } of old) {
      const run = this.#client.get(runs, { namespace, name: metadata.name });
      const isNeeded =
        metadata.name === status?.configuration?.name || (run && isRun(run) && !isFinished(run));
      if (isNeeded) continue;
      await this.#client.delete(
        configurationVersions,
        { namespace, name: metadata.name },
        { uid: metadata.uid },
      );
    }
  }

  /** Removes the files for good. */
  async remove(uid: string): Promise<void> {
    await this.#content.remove(uid);
  }
}

function ageOf({ metadata }: ConfigurationVersion): number {
  return Date.parse(metadata.creationTimestamp);
}

interface PackedConfiguration {
  readonly archive: Buffer;
  readonly sha256: string;
  readonly facts: { readonly sha256: string; readonly sizeBytes: number; readonly files: number };
}

/** @throws StatusError 422 */
async function packConfiguration(bytes: Uint8Array): Promise<PackedConfiguration> {
  try {
    const files = await readArchive(bytes, isLeftOut);
    const archive = await writeArchive(files);
    const sha256 = sha256Of(archive);
    return { archive, sha256, facts: { sha256, sizeBytes: archive.length, files: files.size } };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new StatusError(422, 'Invalid', `the configuration is refused: ${error.message}`, undefined, error);
  }
}

/** What programs leave behind in a directory is no configuration: states are secrets, providers are installed anew. */
function isLeftOut(path: string): boolean {
  const parts = path.split('/');
  const isInside = parts.some((_, i) => i > 0 && !configurationRules.enters(parts.slice(0, i).join('/')));
  return isInside || !configurationRules.accepts(path);
}
