import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Begins to bring a store up in a process of its own, and kills it so many milliseconds later, unless it was faster. */
export async function killInMigration(directory: string, afterMs: number): Promise<void> {
  const script = fileURLToPath(new URL('./migration-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  // The instant of death is what varies; this is not a wait for anything.
  await delay(afterMs);
  child.kill('SIGKILL');
  await exited;
}
