#!/usr/bin/env node
// The launcher. Plain JavaScript that any Node >= 20 can read: the program itself needs Node 24, so an
// older Node starts the Node 24 that the repository brings along (the npm package `node`) and stands
// in for it: same terminal, same signals, same exit code.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCompiledCode } from './compile-cache.js';

const NODE_MAJOR_MIN = 24;
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Set for the Node that the launcher starts, so that it knows that its IPC channel leads to the launcher. */
const LAUNCHED = 'PLINTH_LAUNCHED';
const PARENT_CHECK_INTERVAL_MS = 500;

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) await runProgram();
else startNewerNode();

async function runProgram() {
  if (process.env[LAUNCHED] !== undefined) {
    delete process.env[LAUNCHED];
    // A launcher that is killed with SIGKILL cannot forward anything; its channel closing is the only sign.
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel?.unref();
  } else if (process.env.npm_command !== undefined) {
    stopWithParent();
  }
  silenceKnownExperiments();
  keepCompiledCode();
  await import(programUrl().href);
}

/**
 * npm and npx run a command through a shell, and a shell that gets SIGTERM dies without telling the command,
 * which would go on unseen, holding its port and its data directory. That the parent is gone is then the
 * only sign.
 */
function stopWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_INTERVAL_MS);
  timer.unref();
}

/** The sources in the repository (Node erases their types), the pre-stripped JavaScript in the package. */
function programUrl() {
  const source = new URL('../src/main.ts', import.meta.url);
  if (existsSync(source)) return source;
  const stripped = new URL('../dist/apps/plinth/src/main.js', import.meta.url);
  if (existsSync(stripped)) return stripped;
  return fail(
    `the program is missing: neither ${fileURLToPath(source)} nor ${fileURLToPath(stripped)} exists`,
    'install the package again, or run `npm pack` in the repository to build it',
  );
}

/** Early releases of Node 24 announce these two on every start; any other warning stays visible. */
function silenceKnownExperiments() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const options = rest[0];
    const name = typeof options === 'string' ? options : (options?.type ?? warning?.name);
    const text = typeof warning === 'string' ? warning : warning?.message;
    if (name === 'ExperimentalWarning' && /^(Type Stripping|SQLite) is an experimental/.test(text ?? '')) {
      return;
    }
    emitWarning(warning, ...rest);
  };
}

function startNewerNode() {
  const node = bundledNode();
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [LAUNCHED]: '1' },
  });
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    fail(
      `cannot start ${node}: ${error.message}`,
      'run `npm ci` again, or install Node 24 from https://nodejs.org',
    );
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Die of the same signal, so that the shell reports what happened to the program.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal whose default is to be ignored leaves this process running.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
  });
}

function bundledNode() {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const root = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const path = join(root, 'bin', executable);
    if (existsSync(path)) return path;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
  return fail(
    `Plinth needs Node ${NODE_MAJOR_MIN} or newer, and this is Node ${process.versions.node} (${process.execPath})`,
    'install Node 24 from https://nodejs.org; in a checkout of the repository `npm ci` brings it along ' +
      '(its install script must be allowed to run)',
  );
}

/** @returns {never} */
function fail(message, hint) {
  process.stderr.write(`plinth: ${message}\n  hint: ${hint}\n`);
  process.exit(1);
}
