import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Capture, CapturedProcess } from '../ports/captured-process.ts';
import { ProcessError } from '../ports/processes.ts';
import type { GitRequest, Repositories, SourceFile, SourceRules, SourceSnapshot } from './source.ts';
import { SourceError } from './source-error.ts';
import { tooLarge } from './source-size.ts';

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
  /** As git writes it, such as `100644`; `120000` is a link. */
  readonly mode: string;
}

/**
 * Repositories through the program `git`: one bare repository per URL as a cache, of which only commits are read. Nothing
 * is ever checked out, so that no hooks of a repository mean anything, and links only what the rules say.
 */
export class GitRepositories implements Repositories {
  readonly #directory: string;
  readonly #processes: Capture;
  readonly #rules: SourceRules;
  readonly #environment: Readonly<Record<string, string>>;
  /** Repositories that are being read; one reader at a time each. */
  readonly #busy = new Map<string, Promise<unknown>>();

  /** @param directory where the caches are kept; created when it is first used */
  constructor(
    directory: string,
    processes: Capture,
    environment: Readonly<Record<string, string | undefined>>,
    rules: SourceRules,
  ) {
    this.#directory = directory;
    this.#processes = processes;
    this.#rules = rules;
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
    const links = tree.filter(isLink);
    const targets = await this.#files(cache, links, request);
    const files = resolveLinks(
      tree,
      new Map(targets.map(({ path, bytes }) => [path, bytes.toString('utf8')])),
    );
    return { revision: commit, files: await this.#files(cache, files, request) };
  }

  async #tree(cache: string, commit: string, request: GitRequest): Promise<TreeFile[]> {
    const path = request.path.replace(/\/+$/, '');
    const inside = path === '.' || path === '' ? '' : `${path.replace(/^\.\//, '')}/`;
    const args = ['--git-dir', cache, 'ls-tree', '-r', '-z', '-l', '--full-tree', commit];
    const listed = await this.#git(inside === '' ? args : [...args, '--', inside], request);
    const { accepts, enters, links, filesMax, fileBytesMax, totalBytesMax, noun } = this.#rules;
    const files: TreeFile[] = [];
    let totalBytes = 0;
    let found = 0;
    for (const line of listed.stdout.toString('utf8').split('\0')) {
      const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line);
      if (!match) continue;
      found++;
      const [, mode = '', , blob = '', size = '0', fullPath = ''] = match;
      const path = fullPath.slice(inside.length);
      const file = { path, blob, bytes: Number(size), mode };
      const isRead = mode.startsWith('100') || (links === 'followed' && isLink(file));
      if (!directoriesOf(path).every(enters) || !accepts(path) || !isRead) continue;
      totalBytes += file.bytes;
      if (file.bytes > fileBytesMax)
        throw tooLarge(this.#rules, `${path} has ${file.bytes} bytes, at most ${fileBytesMax} are read`);
      files.push(file);
    }
    if (found === 0 && inside !== '') {
      const what = `there is no directory ${request.path} at ${request.ref} of ${request.url}`;
      throw new SourceError('SourceNotFound', what, 'put spec.source.git.path right, or push the directory');
    }
    if (files.length > filesMax) throw tooLarge(this.#rules, `it holds more than ${filesMax} ${noun}`);
    if (totalBytes > totalBytesMax)
      throw tooLarge(this.#rules, `its ${noun} have more than ${totalBytesMax} bytes`);
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #files(cache: string, tree: readonly TreeFile[], request: GitRequest): Promise<SourceFile[]> {
    if (tree.length === 0) return [];
    const input = tree.map(({ blob }) => `${blob}\n`).join('');
    const { stdout } = await this.#git(['--git-dir', cache, 'cat-file', '--batch'], request, input);
    let at = 0;
    return tree.map(({ path, bytes, mode }) => {
      // `<blob> blob <size>`, the content, and a line feed each.
      const start = stdout.indexOf(0x0a, at) + 1;
      at = start + bytes + 1;
      const file = { path, bytes: stdout.subarray(start, start + bytes) };
      return mode === '100755' ? { ...file, isExecutable: true } : file;
    });
  }

  async #git(args: readonly string[], request: GitRequest, input?: string): Promise<CapturedProcess> {
    const result = await this.#run([...settings, ...args], request, input);
    if (result.timedOut) {
      const what = `git took longer than ${request.timeoutMs} ms for ${request.url}`;
      throw new SourceError('Timeout', what, 'raise spec.timeout, or see why the server is slow');
    }
    if (result.code === 0) return result;
    const said = withoutPassword(result.stderr.trim().split('\n').at(-1) ?? '', request);
    const hint = 'see that the URL, the ref and the path are right, and that nobody has to log in to read it';
    throw new SourceError('GitFailed', `git could not read ${request.ref} of ${request.url}: ${said}`, hint);
  }

  async #run(args: readonly string[], request: GitRequest, input?: string): Promise<CapturedProcess> {
    try {
      return await this.#processes.run('git', args, {
        env: { ...this.#environment, ...credentialsOf(request) },
        timeoutMs: request.timeoutMs,
        // Beside the files, a line per file.
        stdoutBytesMax: this.#rules.totalBytesMax + this.#rules.filesMax * 1024,
        signal: request.signal,
        ...(input === undefined ? {} : { input }),
      });
    } catch (error) {
      if (!(error instanceof ProcessError) || error.code !== 'process.missing') throw error;
      const hint = 'install git on the machine that Plinth runs on, or use a directory as the source';
      throw new SourceError('GitMissing', 'there is no program git on PATH', hint, { cause: error });
    }
  }
}

function isLink({ mode }: TreeFile): boolean {
  return mode === '120000';
}

/** The directories that a file lies in, from the outermost. */
function directoriesOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

/** Links as the files that they lead to. @throws SourceError for one that leads elsewhere */
function resolveLinks(tree: readonly TreeFile[], targets: ReadonlyMap<string, string>): TreeFile[] {
  const files = new Map(tree.map((file) => [file.path, file]));
  return tree.map((file) => {
    let found: TreeFile = file;
    for (let links = 0; isLink(found); links++) {
      const target = targets.get(found.path) ?? '';
      const path = posix.normalize(posix.join(posix.dirname(found.path), target));
      const next = target.startsWith('/') || links > linksMax ? undefined : files.get(path);
      if (!next) {
        throw new SourceError(
          'SourceInvalid',
          `${file.path} is a link to ${target}, which is no file of the source`,
          'put the file itself into the source',
        );
      }
      found = next;
    }
    return { ...found, path: file.path };
  });
}

/** Links that lead to links. */
const linksMax = 8;

/** In the environment, where other users of the machine do not see them. */
function credentialsOf({ credentials }: GitRequest): Record<string, string> {
  if (!credentials) return {};
  const { username, password } = credentials;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

function withoutPassword(said: string, { credentials }: GitRequest): string {
  return credentials ? said.replaceAll(credentials.password, '***') : said;
}
