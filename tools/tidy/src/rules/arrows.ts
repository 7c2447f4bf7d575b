import { dirname, join } from 'node:path/posix';
import { packageNameOf, packageOf } from '@plinth/repository';
import type { Report, Repository, Rule } from '../rule.ts';
import type { Layer, SourceFile } from '../source.ts';
import { moduleReferences } from '../specifiers.ts';

/** What each layer may import besides its own package. */
const ARROWS: Readonly<Record<Layer, readonly Layer[]>> = {
  tool: ['tool', 'app', 'capability', 'kernel', 'lib'],
  outside: ['tool', 'app', 'capability', 'kernel', 'lib'],
  app: ['capability', 'kernel', 'lib'],
  capability: ['kernel', 'lib'],
  kernel: ['lib'],
  lib: ['lib'],
};

/** Imports point one way, apps -> capabilities -> kernel -> libs, and only at a package's front door. */
export const arrows: Rule = {
  name: 'arrows',
  check(file, report, repository) {
    const startsPrograms = file.isTest || file.layer === 'tool' || file.layer === 'outside';
    for (const { specifier, offset, isUrl } of moduleReferences(file)) {
      if (isUrl && startsPrograms) continue;
      if (specifier.startsWith('.')) checkRelative(file, specifier, offset, report, repository);
      else checkPackage(file, specifier, offset, report, repository);
    }
  },
};

function checkRelative(
  file: SourceFile,
  specifier: string,
  offset: number,
  report: Report,
  { packages }: Repository,
): void {
  const target = packageOf(packages, join(dirname(file.path), specifier));
  if (target === file.owner) return;
  const place = target === undefined ? 'outside of every package' : `in the package ${target.manifest.name}`;
  report(
    offset,
    `the relative import ${specifier} ends ${place}`,
    target === undefined ? 'move the file into the package' : `import from '${target.manifest.name}'`,
  );
}

function checkPackage(
  file: SourceFile,
  specifier: string,
  offset: number,
  report: Report,
  { packages }: Repository,
): void {
  const target = packages.find((candidate) => candidate.manifest.name === packageNameOf(specifier));
  if (target === undefined) return;
  const layer = layerOfFolder(target.folder);
  if (target !== file.owner && !ARROWS[file.layer].includes(layer)) {
    report(
      offset,
      `${file.layer} code imports ${specifier} (${layer})`,
      file.layer === 'capability' && layer === 'capability'
        ? 'capabilities meet through resources, events and services of the kernel'
        : 'arrows point one way: apps -> capabilities -> kernel -> libs',
    );
  }
  const subpath = `.${specifier.slice(target.manifest.name.length)}`;
  // The kernel has one door, side doors for threads and commands that would take all of the kernel in by it, and one for tests
  // and tools: the harnesses that capabilities are proved with.
  const proves = file.isTest || file.layer === 'tool';
  const sideDoors = ['./clock', './ground', './random', './status-error', ...(proves ? ['./testing'] : [])];
  const isKernelInside = layer === 'kernel' && !sideDoors.includes(subpath);
  if (subpath !== '.' && (isKernelInside || target.manifest.exports[subpath] === undefined)) {
    report(offset, `${specifier} reaches behind the index`, `import from '${target.manifest.name}'`);
  }
}

function layerOfFolder(folder: string): Layer {
  const layers: Readonly<Record<string, Layer>> = {
    apps: 'app',
    capabilities: 'capability',
    kernel: 'kernel',
    libs: 'lib',
    tools: 'tool',
  };
  return layers[folder.split('/', 1)[0] ?? ''] ?? 'outside';
}
