import { parseArgs } from 'node:util';
import { benchCluster } from './src/cluster-bench.ts';
import { benchKernel } from './src/kernel-bench.ts';
import { benchPolicy } from './src/policy-bench.ts';
import { benchRuns } from './src/runs-bench.ts';
import { benchTenants } from './src/tenants-bench.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    objects: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '30000' },
    tenants: { type: 'string', default: '100' },
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
  case 'cluster':
    await benchCluster({ seconds: Number(values.seconds) });
    break;
  case 'policy':
    await benchPolicy({ seconds: Number(values.seconds), rounds: Number(values.rounds) });
    break;
  case 'runs':
    await benchRuns({ runs: Number(values.runs), rounds: Number(values.rounds) });
    break;
  case 'tenants':
    await benchTenants({
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
      tenants: Number(values.tenants),
    });
    break;
  default:
    process.stderr.write(
      `there is no benchmark ${area}; there are: cluster, kernel, policy, runs, tenants\n`,
    );
    process.exitCode = 2;
}
