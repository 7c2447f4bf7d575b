import type { Rule } from './rule.ts';
import { arrows } from './rules/arrows.ts';
import { capabilityShape } from './rules/capability-shape.ts';
import { banners, openWork } from './rules/comments.ts';
import { declaredDependencies } from './rules/dependencies.ts';
import { docstrings } from './rules/docstrings.ts';
import { errorText, swallowedErrors } from './rules/errors.ts';
import { fileLength, functionLength } from './rules/length.ts';
import { fileNames, indexFiles, typeNames } from './rules/names.ts';
import { ports, pureLibraries } from './rules/purity.ts';
import { namedExports, parses, typeEscapes } from './rules/syntax.ts';
import { skips, sleeps } from './rules/tests.ts';

/** All rules of the house. */
export const RULES: readonly Rule[] = [
  parses,
  arrows,
  declaredDependencies,
  fileNames,
  indexFiles,
  typeNames,
  capabilityShape,
  fileLength,
  functionLength,
  docstrings,
  ports,
  pureLibraries,
  namedExports,
  typeEscapes,
  swallowedErrors,
  errorText,
  sleeps,
  skips,
  openWork,
  banners,
];
