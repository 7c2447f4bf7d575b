import { parseArgs } from 'node:util';
import { benchCatalog } from './src/catalog-bench.ts';
import { benchCluster } from './src/cluster-bench.ts';
import { benchKernel } from './src/kernel-bench.ts';
import { benchMetrics } from './src/metrics-bench.ts';
import { benchPolicy } from './src/policy-bench.ts';
import { benchRuns } from './src/runs-bench.ts';
import { benchStacks } from './src/stack-bench.ts';
import { benchStates } from './src/state-bench.ts';
import { benchTenants } from './src/tenants-bench.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    objects: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '30000' },
    tenants: { type: 'string', default: '100' },
    series: { type: 'string', default: '10000' },
    samples: { type: 'string', default: '1440' },
    stacks: { type: 'string', default: '200' },
    entities: { type: 'string', default: '20000' },
  },
});
const [area = 'kernel', ...parts] = positionals;
switch (area) {
  case 'kernel':
    await benchKernel({
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
      objects: Number(values.objects),
    });
    break;
  case 'catalog':
    await benchCatalog({ entities: Number(values.entities), seconds: Number(values.seconds) });
    break;
  case 'cluster':
    await benchCluster({ seconds: Number(values.seconds) });
    break;
  case 'metrics':
    await benchMetrics(parts, {
      series: Number(values.series),
      samples: Number(values.samples),
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
    });
    break;
  case 'policy':
    await benchPolicy({ seconds: Number(values.seconds), rounds: Number(values.rounds) });
    break;
  case 'runs':
    await benchRuns({ runs: Number(values.runs), rounds: Number(values.rounds) });
    break;
  case 'stacks':
    await benchStacks(parts, { rounds: Number(values.rounds), stacks: Number(values.stacks) });
    break;
  case 'states':
    await benchStates({ seconds: Number(values.seconds) });
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
      `there is no benchmark ${area}; there are: catalog, cluster, kernel, metrics, policy, runs, stacks, states, tenants\n`,
    );
    process.exitCode = 2;
}
