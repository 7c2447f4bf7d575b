import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlainTarget } from './http-client.ts';

/** A server of states that only writes files. */
export interface PlainStates {
  readonly target: PlainTarget;
  stop(): void;
}

/** Starts the server in a process of its own. */
export async function startPlainStates(directory: string): Promise<PlainStates> {
  mkdirSync(directory, { recursive: true });
  const program = fileURLToPath(new URL('./plain-states-child.ts', import.meta.url));
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await portOf(child);
  return { target: { host: '127.0.0.1', port }, stop: () => void child.kill() };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(Number(text)));
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}
