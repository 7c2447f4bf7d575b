import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProcessError, type ProcessRequest } from './processes.ts';

/** The longest delay that timers of Node have, in milliseconds. */
const timeoutMsMax = 2 ** 31 - 1;

/** Refuses what the operating system could not express. @throws ProcessError `process.invalid` */
export function checkRequest({ file, args, cwd, env, timeoutMs, graceMs }: ProcessRequest): void {
  if (file === '') throw invalid('the file is empty', 'name a program');
  const texts: [string, string][] = [['the file', file]];
  for (const [i, arg] of args.entries()) texts.push([`argument ${i + 1}`, arg]);
  if (cwd !== undefined) texts.push(['the directory', cwd]);
  for (const [name, value] of Object.entries(env)) {
    texts.push([`the name of an environment variable`, name], [`the value of ${name}`, value]);
    if (name === '' || name.includes('=')) {
      throw invalid(`"${name}" cannot be the name of an environment variable`, 'use letters, digits and _');
    }
  }
  const cut = texts.find(([, text]) => text.includes('\0'));
  if (cut) throw invalid(`${cut[0]} holds a NUL character`, 'no program can be given one; take it out');
  for (const [name, ms] of Object.entries({ timeoutMs, graceMs })) {
    if (ms !== undefined && !(ms >= 0 && ms <= timeoutMsMax)) {
      throw invalid(`${name} is ${ms}`, `choose a number from 0 to ${timeoutMsMax} milliseconds`);
    }
  }

  function invalid(what: string, hint: string): ProcessError {
    return new ProcessError('process.invalid', `cannot run ${JSON.stringify(file)}: ${what}`, hint);
  }
}

/**
 * What a failure to start a program means. The operating system has one code for several causes, so it looks again.
 * Node's own error is not kept as the cause: it holds all arguments, and these may be secret.
 */
export function startFailure(error: unknown, request: ProcessRequest): ProcessError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const what = (text: string): string => `cannot run ${request.file}: ${text}`;
  if (code === 'E2BIG') {
    const { args, env } = request;
    const texts = [...args, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const sizes = texts.map((text) => Buffer.byteLength(text) + 1);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return new ProcessError(
      'process.too-large',
      what(`its arguments and environment have ${total} bytes, the longest ${Math.max(0, ...sizes)}`),
      'Linux takes 131,071 bytes in one and about 2 MB in all; hand large values over on standard input or in a file',
    );
  }
  if (code === 'EAGAIN' || code === 'ENOMEM' || code === 'EMFILE' || code === 'ENFILE') {
    const hint =
      'raise the limits on processes, open files and memory, or run less at once; trying again may do';
    return new ProcessError('process.exhausted', what(`the machine is out of resources (${code})`), hint);
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ENOEXEC') {
    return missing(request, what, code);
  }
  const hint = 'look the code up in the manual of the operating system, under execve and fork';
  return new ProcessError('process.failed', what(`the operating system says ${String(code)}`), hint);
}

function missing(
  { file, cwd, env }: ProcessRequest,
  what: (text: string) => string,
  code: string,
): ProcessError {
  const directory = resolve(cwd ?? '.');
  const inside = lookAt(directory);
  if (inside !== 'executable directory') {
    const hint = 'name a directory that exists and that the user of Plinth may enter';
    return new ProcessError('process.directory', what(`its directory ${directory} is ${inside}`), hint);
  }
  const path = env['PATH'];
  const places = file.includes('/')
    ? [resolve(directory, file)]
    : (path ?? '/usr/bin:/bin').split(':').map((folder) => join(resolve(directory, folder), file));
  const found = places.map((place) => ({ place, kind: lookAt(place) }));
  const usable = found.find(({ kind }) => kind === 'executable file');
  if (usable) {
    const hint =
      'see that the interpreter in its first line is there and may be run, and that its disk allows it';
    return new ProcessError('process.not-executable', what(`${usable.place} does not start (${code})`), hint);
  }
  const refused = found.find(({ kind }) => kind !== 'missing');
  if (refused) {
    const hint = 'give the user of Plinth the right to execute it, or name another program';
    return new ProcessError('process.not-executable', what(`${refused.place} is ${refused.kind}`), hint);
  }
  const where = file.includes('/') ? places[0] : `on the PATH (${path ?? 'not set, so /usr/bin:/bin'})`;
  const hint =
    'install it on the machine that Plinth runs on, or put its directory on the PATH of the request';
  return new ProcessError('process.missing', what(`there is no such program ${where}`), hint);
}

function lookAt(place: string): string {
  try {
    const kind = statSync(place).isDirectory() ? 'directory' : 'file';
    try {
      accessSync(place, constants.X_OK);
      return `executable ${kind}`;
    } catch {
      return `a ${kind} without the right to execute`; // The only question that was asked has been answered.
    }
  } catch {
    return 'missing'; // Absent and out of sight are the same to a program that is looked for.
  }
}
