import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProcessError } from '@plinth/kernel';
import { SourceError } from '../errors.ts';
import { limits } from '../limits.ts';
import type {
  GitRequest,
  Processes,
  ProcessResult,
  Repositories,
  SourceFile,
  SourceSnapshot,
} from '../ports.ts';
import { isManifestPath, refuseKustomization } from './manifest-path.ts';

/** What of Plinth's own environment git gets to see: where programs and certificates are, and how to get out. */
const passedOn = [
  'PATH',
  'HOME',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
];

/** Nothing that the machine's user configured, no questions, and messages that can be read by everyone. */
const ownEnvironment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  LC_ALL: 'C',
};

/** Only these ways to a repository; a URL can name programs to run otherwise. */
const protocols = [
  '-c',
  'protocol.allow=never',
  '-c',
  'protocol.https.allow=always',
  '-c',
  'protocol.file.allow=always',
];
const settings = [...protocols, '-c', 'gc.autoDetach=false', '-c', 'core.hooksPath=/dev/null'];

interface TreeFile {
  readonly path: string;
  readonly blob: string;
  readonly bytes: number;
}

/**
 * Repositories through the program `git`: one bare repository per URL as a cache, of which only commits are read. Nothing
 * is ever checked out, so that neither links nor hooks of a repository mean anything.
 */
export class GitRepositories implements Repositories {
  readonly #directory: string;
  readonly #processes: Processes;
  readonly #environment: Readonly<Record<string, string>>;
  /** Repositories that are being read; one reader at a time each. */
  readonly #busy = new Map<string, Promise<unknown>>();

  /** @param directory where the caches are kept; created when it is first used */
  constructor(
    directory: string,
    processes: Processes,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#directory = directory;
    this.#processes = processes;
    const kept: Record<string, string> = {};
    for (const name of passedOn) {
      const value = environment[name];
      if (value !== undefined) kept[name] = value;
    }
    this.#environment = { ...kept, ...ownEnvironment };
  }

  async read(request: GitRequest): Promise<SourceSnapshot> {
    const cache = join(this.#directory, createHash('sha256').update(request.url).digest('hex').slice(0, 32));
    const before = this.#busy.get(cache) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#read(cache, request));
    this.#busy.set(cache, mine);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(cache) === mine) this.#busy.delete(cache);
    }
  }

  async #read(cache: string, request: GitRequest): Promise<SourceSnapshot> {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await this.#git(['init', '--bare', '--quiet', cache], request);
    const target = `refs/plinth/${createHash('sha256').update(request.ref).digest('hex').slice(0, 32)}`;
    const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', '--no-recurse-submodules', '--force', '--'];
    await this.#git(['--git-dir', cache, ...fetch, request.url, `+${request.ref}:${target}`], request);
    const parsed = await this.#git(
      ['--git-dir', cache, 'rev-parse', '--verify', '--quiet', `${target}^{commit}`],
      request,
    );
    const commit = parsed.stdout.toString('utf8').trim();
    const tree = await this.#tree(cache, commit, request);
    return { revision: commit, files: await this.#files(cache, tree, request) };
  }

  async #tree(cache: string, commit: string, request: GitRequest): Promise<TreeFile[]> {
    const path = request.path.replace(/\/+$/, '');
    const inside = path === '.' || path === '' ? '' : `${path.replace(/^\.\//, '')}/`;
    const args = ['--git-dir', cache, 'ls-tree', '-r', '-z', '-l', '--full-tree', commit];
    const listed = await this.#git(inside === '' ? args : [...args, '--', inside], request);
    const files: TreeFile[] = [];
    let totalBytes = 0;
    let found = 0;
    for (const line of listed.stdout.toString('utf8').split('\0')) {
      const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line);
      if (!match) continue;
      found++;
      const [, mode = '', , blob = '', size = '0', fullPath = ''] = match;
      const relativePath = fullPath.slice(inside.length);
      refuseKustomization(relativePath);
      // Links and submodules are not followed.
      if (!mode.startsWith('100') || !isManifestPath(relativePath)) continue;
      const bytes = Number(size);
      totalBytes += bytes;
      if (bytes > limits.fileBytes)
        throw tooLarge(`${relativePath} has ${bytes} bytes, at most ${limits.fileBytes} are read`);
      files.push({ path: relativePath, blob, bytes });
    }
    if (found === 0 && inside !== '') {
      const what = `there is no directory ${request.path} at ${request.ref} of ${request.url}`;
      throw new SourceError('SourceNotFound', what, 'put spec.source.git.path right, or push the directory');
    }
    if (files.length > limits.files) throw tooLarge(`it holds more than ${limits.files} manifests`);
    if (totalBytes > limits.totalBytes)
      throw tooLarge(`its manifests have more than ${limits.totalBytes} bytes`);
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #files(cache: string, tree: readonly TreeFile[], request: GitRequest): Promise<SourceFile[]> {
    if (tree.length === 0) return [];
    const input = tree.map(({ blob }) => `${blob}\n`).join('');
    const { stdout } = await this.#git(['--git-dir', cache, 'cat-file', '--batch'], request, input);
    let at = 0;
    return tree.map(({ path, bytes }) => {
      // `<blob> blob <size>`, the content, and a line feed each.
      const start = stdout.indexOf(0x0a, at) + 1;
      at = start + bytes + 1;
      return { path, text: stdout.subarray(start, start + bytes).toString('utf8') };
    });
  }

  async #git(args: readonly string[], request: GitRequest, input?: string): Promise<ProcessResult> {
    const result = await this.#run([...settings, ...args], request, input);
    if (result.timedOut) {
      const what = `git took longer than ${request.timeoutMs} ms for ${request.url}`;
      throw new SourceError('Timeout', what, 'raise spec.timeout, or see why the server is slow');
    }
    if (result.code === 0) return result;
    const said = result.stderr.trim().split('\n').at(-1) ?? '';
    const hint = 'see that the URL, the ref and the path are right, and that nobody has to log in to read it';
    throw new SourceError('GitFailed', `git could not read ${request.ref} of ${request.url}: ${said}`, hint);
  }

  async #run(args: readonly string[], request: GitRequest, input?: string): Promise<ProcessResult> {
    try {
      return await this.#processes.run('git', args, {
        env: this.#environment,
        timeoutMs: request.timeoutMs,
        // Beside the files, a line per file.
        stdoutBytesMax: limits.totalBytes + limits.files * 1024,
        signal: request.signal,
        ...(input === undefined ? {} : { input }),
      });
    } catch (error) {
      if (!(error instanceof ProcessError) || error.code !== 'process.missing') throw error;
      const hint = 'install git on the machine that Plinth runs on, or use a directory as the source';
      throw new SourceError('GitMissing', 'there is no program git on PATH', hint, error);
    }
  }
}

function tooLarge(what: string): SourceError {
  return new SourceError(
    'SourceTooLarge',
    `the source is too large: ${what}`,
    'split it into several workspaces',
  );
}
