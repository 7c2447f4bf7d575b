import type { Client, Directories, Repositories, SourceRules, SourceSnapshot } from '@plinth/kernel';
import { newestAllowed, parseConstraint, readArchive } from '@plinth/terraform-module';
import {
  sourceBytesMax,
  sourceDepthMax,
  sourceFileBytesMax,
  sourceFilesMax,
  sourceTimeoutMs,
} from '../limits.ts';
import { type Modules, versionOf } from '../modules/modules.ts';
import { StackError } from './stack-error.ts';
import type { Stack } from './stack-fields.ts';
import { secretText } from './stack-values.ts';

const left = new Set(['.terraform', '.git', '.terragrunt-cache']);

/** All of a source but what programs leave behind in it: states and plans are secrets, providers are installed anew. */
export const configurationRules: SourceRules = {
  noun: 'files',
  accepts: (path) =>
    !/(^|\/)(crash\.log|\.terraform\.tfstate\.lock\.info)$|\.tfstate(\.\d+)?(\.backup)?$/.test(path),
  enters: (path) => !left.has(path.slice(path.lastIndexOf('/') + 1)),
  links: 'followed',
  filesMax: sourceFilesMax,
  depthMax: sourceDepthMax,
  fileBytesMax: sourceFileBytesMax,
  totalBytesMax: sourceBytesMax,
  tooLargeHint: 'take a directory further down as the source, or move what is no configuration out of it',
};

/** What the sources of stacks are read through. */
export interface StackSources {
  readonly client: Client;
  readonly directories: Directories;
  readonly repositories: Repositories;
  readonly modules: Modules;
}

/**
 * Reads the source of a stack.
 * @param revision the commit of a repository, or the version of a module, that is to be read; absent: what is wanted now
 * @throws SourceError; StackError when it holds no configuration, or its credentials are not there
 */
export async function readStackSource(
  { metadata: { namespace = '' }, spec }: Stack,
  { client, directories, repositories, modules }: StackSources,
  { revision, signal }: { readonly revision?: string; readonly signal: AbortSignal },
): Promise<SourceSnapshot> {
  const { git, module, directory } = spec.source;
  const snapshot = module
    ? await readModule(modules, module, revision)
    : git
      ? await repositories.read({
          url: git.url,
          ref: revision ?? git.ref,
          path: git.path,
          timeoutMs: sourceTimeoutMs,
          signal,
          ...(git.secretRef ? { credentials: credentialsOf(client, namespace, git.secretRef.name) } : {}),
        })
      : await directories.read(directory?.path ?? '');
  requireConfiguration(snapshot, spec.workingDirectory);
  return snapshot;
}

/** A version of a module of the registry. Its revision names its files, too: a version may be deleted and made anew. */
async function readModule(
  registry: Modules,
  { source, version }: NonNullable<Stack['spec']['source']['module']>,
  revision: string | undefined,
): Promise<SourceSnapshot> {
  const [namespace = '', name = '', provider = ''] = source.split('/');
  const all = registry.versions({ namespace, name, provider });
  const constraint = parseConstraint(revision?.split('+')[0] ?? version);
  const found = constraint && newestAllowed(all, versionOf, constraint);
  if (!found) {
    const there =
      all.length === 0 ? 'there is none' : `there are ${all.map(({ spec }) => spec.version).join(', ')}`;
    throw new StackError(
      'ModuleVersionMissing',
      `spec.source.module: no version of ${source} is ${version}; ${there}. Publish one, or name another`,
    );
  }
  const files = await readArchive(await registry.archive(found));
  return {
    revision: `${found.spec.version}+${found.spec.sha256.slice(0, 12)}`,
    files: [...files].map(([path, { content, isExecutable }]) => ({
      path,
      bytes: Buffer.from(content),
      ...(isExecutable ? { isExecutable } : {}),
    })),
  };
}

function credentialsOf(
  client: Client,
  namespace: string,
  name: string,
): { readonly username: string; readonly password: string } {
  const field = 'spec.source.git.secretRef';
  return {
    username: secretText(client, { namespace, name }, 'username', field),
    password: secretText(client, { namespace, name }, 'password', field),
  };
}

/** Planning nothing would destroy all that was made. @throws StackError */
export function requireConfiguration({ files }: SourceSnapshot, workingDirectory: string): void {
  const below = workingDirectory.replace(/^(\.\/)+|\/+$/g, '').replace(/^\.$/, '');
  const inside = below === '' ? '' : `${below}/`;
  const isRoot = (path: string): boolean =>
    path.startsWith(inside) && !path.slice(inside.length).includes('/') && /\.(tf|tofu)(\.json)?$/.test(path);
  if (files.some(({ path }) => isRoot(path))) return;
  throw new StackError(
    'SourceInvalid',
    `there is no configuration (*.tf, *.tf.json) in ${below === '' ? 'the source' : `${below} of the source`}: put ` +
      'spec.workingDirectory right, or what spec.source names',
  );
}
