import { matchesGlob } from 'node:path';
import type { SourceRules } from '@plinth/kernel';
import { limits } from '../limits.ts';

/** Directories of which nothing is an entity, and which can be large. */
const left = new Set(['.git', 'node_modules']);

/** Tells whether a path is one of those that are asked for. @param targets paths, in which * and ** stand for any names */
export function targetMatcher(targets: readonly string[]): (path: string) => boolean {
  const paths = new Set(targets);
  const patterns = targets.filter((target) => target.includes('*'));
  return (path) => paths.has(path) || patterns.some((pattern) => matchesGlob(path, pattern));
}

/** What of a source is read: the files that targets name. */
export function sourceRules(targets: readonly string[]): SourceRules {
  return {
    noun: 'files of entities',
    accepts: targetMatcher(targets),
    enters: (path) => !left.has(path.slice(path.lastIndexOf('/') + 1)),
    links: 'skipped',
    filesMax: limits.files,
    depthMax: limits.depth,
    fileBytesMax: limits.fileBytes,
    totalBytesMax: limits.totalBytes,
    tooLargeHint: 'narrow spec.targets, or split it into several locations',
  };
}
