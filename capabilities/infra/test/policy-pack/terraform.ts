import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plan, parsePlan } from '@plinth/terraform-plan';
import type { Sample } from './pack.ts';

/** Far longer than a run takes. */
const runTimeoutMs = 120_000;
const isThere = spawnSync('terraform', ['-version'], { timeout: runTimeoutMs, stdio: 'ignore' }).status === 0;
/** For the options of a test: why it cannot run here, or false. */
export const skipReason = isThere ? false : 'terraform is not on PATH';

/**
 * What an unmodified terraform plans for samples: each is a module of one configuration, so that terraform and the stub of its
 * provider start once for all of them.
 * @param provider such as `aws`; its stub stands in a mirror, from where it is installed as the real one would be
 */
export function planOfSamples(provider: string, samples: readonly Sample[]): Plan {
  const folder = mkdtempSync(join(tmpdir(), 'policy-pack-'));
  try {
    install(folder, provider);
    for (const sample of samples) {
      const place = join(folder, 'samples', moduleOf(sample));
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'main.tf'), sample.text);
    }
    const calls = samples.map(
      (one) => `module "${moduleOf(one)}" {\n  source = "./samples/${moduleOf(one)}"\n}\n`,
    );
    writeFileSync(join(folder, 'main.tf'), calls.join('\n'));
    terraform(folder, ['init', '-input=false']);
    terraform(folder, ['plan', '-input=false', '-lock=false', '-out=plan']);
    return parsePlan(terraform(folder, ['show', '-json', 'plan']));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module that a sample is in. */
export function moduleOf({ check, outcome }: Pick<Sample, 'check' | 'outcome'>): string {
  return `${check}_${outcome}`;
}

function install(folder: string, provider: string): void {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const mirror = join(folder, 'mirror');
  const place = join(
    mirror,
    `registry.terraform.io/hashicorp/${provider}/1.0.0/${process.platform}_${architecture}`,
  );
  mkdirSync(place, { recursive: true });
  const program = fileURLToPath(import.meta.resolve('./programs/stub.ts'));
  writeFileSync(
    join(place, `terraform-provider-${provider}_v1.0.0`),
    `#!/bin/sh\nPOLICY_PACK_PROVIDER=${provider} exec '${process.execPath}' --disable-warning=ExperimentalWarning '${program}'\n`,
    { mode: 0o755 },
  );
  writeFileSync(
    join(folder, 'terraformrc'),
    `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
  );
}

function terraform(folder: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('terraform', [...args], {
    cwd: folder,
    timeout: runTimeoutMs,
    maxBuffer: 64 << 20,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: tmpdir(),
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      TF_CLI_CONFIG_FILE: join(folder, 'terraformrc'),
      TF_CLI_ARGS: '-no-color',
    },
  });
  if (status !== 0)
    throw new Error(`terraform ${args.join(' ')}: ${stdout.toString().slice(-2_000)}\n${stderr.toString()}`);
  return stdout;
}
