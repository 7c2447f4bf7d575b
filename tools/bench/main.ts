import { parseArgs } from 'node:util';
import { benchKernel } from './src/kernel-bench.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    objects: { type: 'string', default: '100000' },
  },
});
const [area = 'kernel'] = positionals;
if (area !== 'kernel') {
  process.stderr.write(`there is no benchmark ${area}; there is: kernel\n`);
  process.exit(2);
}
await benchKernel({
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  objects: Number(values.objects),
});
