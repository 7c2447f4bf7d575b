/**
 * The control plane as a process of its own, made to be killed. Argument: the data directory. Prints
 * `Plinth is ready: URL`, ends with code 0 on SIGTERM.
 */
import { startKernel, systemClock, systemRandom } from '@plinth/kernel';

const [dataDirectory] = process.argv.slice(2);
if (dataDirectory === undefined) throw new Error('usage: server-child.ts DIRECTORY');
const kernel = await startKernel({
  dataDirectory,
  port: 0,
  host: '127.0.0.1',
  version: '0.1.0',
  capabilities: [],
  clock: systemClock,
  random: systemRandom,
  onFault: (what, error) => console.error(what, error),
});
console.log(`Plinth is ready: ${kernel.url}`);
process.once('SIGTERM', () => void kernel.close());
