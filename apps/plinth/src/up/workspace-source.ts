import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, Failure } from '../cli/failure.ts';

const nameLengthMax = 63;

/** The workspace that `plinth up` applies. */
export interface WorkspaceRequest {
  /** Name of the Workspace object. */
  readonly name: string;
  readonly source:
    | { readonly directory: { readonly path: string } }
    | { readonly git: { readonly url: string; readonly ref?: string } };
  /** Whether it comes with the program. */
  readonly bundled: boolean;
  /** As a person calls it. */
  readonly title: string;
}

/** The quickstart that comes with the program: the repository and the package have it at the same relative place. */
export function bundledWorkspace(): WorkspaceRequest {
  const path = fileURLToPath(new URL('../../../../examples/quickstart', import.meta.url));
  return { name: 'quickstart', source: { directory: { path } }, bundled: true, title: 'examples/quickstart' };
}

/**
 * Reads the WORKSPACE argument.
 *
 * @param text a directory, or a git URL with an optional `#REF`
 * @throws Failure when there is no such directory or git cannot be asked that way
 */
export function workspaceRequest(text: string): WorkspaceRequest {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return gitRequest(text);
  if (/^[\w.-]+@[\w.-]+:/.test(text)) throw unsupportedUrl(text);
  const path = resolve(text);
  const found = statOf(path);
  if (!found) {
    throw new Failure(`the workspace ${text} does not exist`, {
      hint: 'name a directory of manifests or an https:// git URL; without one, `plinth up` applies the quickstart',
      file: path,
    });
  }
  if (!found.isDirectory()) {
    throw new Failure(`the workspace ${text} is a file`, {
      hint: 'name the directory that it is in; single files are applied with: plinth apply -f',
      file: path,
    });
  }
  return { name: objectName(basename(path)), source: { directory: { path } }, bundled: false, title: text };
}

function gitRequest(text: string): WorkspaceRequest {
  const [url = '', ref = ''] = text.split('#', 2);
  if (!/^(https|file):\/\//.test(url)) throw unsupportedUrl(url);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed)
    throw new Failure('the git URL is not a URL', { hint: 'write it as https://host/repository.git#branch' });
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Failure(`the git URL of ${parsed.host} has credentials in it`, {
      hint: 'remove them: whoever may read the Workspace would read them',
    });
  }
  const name = objectName(basename(parsed.pathname).replace(/\.git$/, ''));
  return { name, source: { git: { url, ...(ref === '' ? {} : { ref }) } }, bundled: false, title: text };
}

function unsupportedUrl(url: string): Failure {
  return new Failure(`a workspace cannot come from ${url.replace(/\/\/[^@/]*@/, '//')}`, {
    hint: 'git repositories are read over https:// and file://; name a URL of that form, or a directory',
  });
}

/** A folder's name as the name of an object. Spec: RFC 1123, DNS label. */
function objectName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, nameLengthMax)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'workspace' : name;
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
