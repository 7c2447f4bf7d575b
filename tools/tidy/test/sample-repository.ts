import { type Manifest, type Package, packageOf } from '@plinth/repository';
import type { Repository } from '../src/rule.ts';
import { parseSource } from '../src/source.ts';

const PACKAGES: readonly Package[] = [
  sample('apps/plinth', 'plinth', { devDependencies: { '@plinth/kernel': '1' } }),
  sample('capabilities/cost', '@plinth/cost', {
    dependencies: { '@plinth/kernel': '1', '@plinth/slo': '1' },
  }),
  sample('capabilities/slo', '@plinth/slo', { dependencies: { '@plinth/kernel': '1' } }),
  sample('kernel', '@plinth/kernel', {
    exports: { '.': './index.ts', './deep': './deep.ts' },
    dependencies: { '@plinth/text': '1' },
  }),
  sample('libs/math', '@plinth/math', { dependencies: { '@plinth/text': '1', '@plinth/kernel': '1' } }),
  sample('libs/text', '@plinth/text', { exports: { '.': './src/index.ts', './wide': './src/wide.ts' } }),
  sample('tools/bench', '@plinth/bench', { dependencies: { '@plinth/kernel': '1' } }),
];

/**
 * A repository in memory, with the packages above.
 *
 * @param files path to content
 * @returns what rules look at
 */
export function sampleRepository(files: Readonly<Record<string, string>>): Repository {
  const parsed = Object.entries(files).map(([path, text]) =>
    parseSource(path, text, packageOf(PACKAGES, path)),
  );
  return {
    packages: PACKAGES,
    rootManifest: { ...sample('', 'root', {}).manifest, devDependencies: { 'fast-check': '1' } },
    files: parsed,
    fileAt: new Map(parsed.map((file) => [file.path, file])),
  };
}

function sample(folder: string, name: string, fields: Partial<Manifest>): Package {
  const manifest: Manifest = {
    name,
    version: '1',
    exports: { '.': './src/index.ts' },
    dependencies: {},
    devDependencies: {},
    optionalDependencies: {},
    workspaces: [],
    ...fields,
  };
  return { folder, manifest };
}
