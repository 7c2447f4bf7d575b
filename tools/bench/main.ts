import { parseArgs } from 'node:util';
import { benchKernel } from './src/kernel-bench.ts';
import { benchRuns } from './src/runs-bench.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    objects: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '30000' },
  },
});
const [area = 'kernel'] = positionals;
switch (area) {
  case 'kernel':
    await benchKernel({
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
      objects: Number(values.objects),
    });
    break;
  case 'runs':
    await benchRuns({ runs: Number(values.runs), rounds: Number(values.rounds) });
    break;
  default:
    process.stderr.write(`there is no benchmark ${area}; there are: kernel, runs\n`);
    process.exitCode = 2;
}
