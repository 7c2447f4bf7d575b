import type { Manifest, Package } from '@plinth/repository';
import type { SourceFile } from './source.ts';

/** A place that breaks a rule. */
export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** All that rules look at. */
export interface Repository {
  readonly packages: readonly Package[];
  readonly rootManifest: Manifest;
  readonly files: readonly SourceFile[];
  readonly fileAt: ReadonlyMap<string, SourceFile>;
}

/** Reports a breach at a character offset of the file. */
export type Report = (offset: number, message: string, remedy: string) => void;

/** One rule of the house; it looks at one file at a time and may look up others. */
export interface Rule {
  readonly name: string;
  check(file: SourceFile, report: Report, repository: Repository): void;
}
