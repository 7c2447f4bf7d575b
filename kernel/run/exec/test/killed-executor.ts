import { systemClock } from '../../../ports/clock.ts';
import { Executor } from '../executor.ts';
import { path, processes, program } from './bench.ts';

// A process that starts programs which do not want to end, one after the other, until it is killed.
// The directory is on their command line, so that they can be found.
const [directory = ''] = process.argv.slice(2);
const executor = new Executor({ directory, processes, clock: systemClock, environment: {} });
const { signal } = new AbortController();
process.stdout.write('ready\n');
for (let i = 0; i < 20; i++) {
  const script = i % 2 === 0 ? 'stubborn.sh' : 'forever.sh';
  void executor.exec({
    runUid: 'run-1',
    step: `step ${i}`,
    file: 'sh',
    args: [program(script), directory],
    env: path,
    signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
}
