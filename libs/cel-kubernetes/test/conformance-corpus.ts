import {
  getCheckingSuite,
  getComprehensionSuite,
  getConformanceSuite,
  getParsingSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';

/** One test of the official suite. */
export interface Case {
  /** File of the suite, e.g. `string_ext`. */
  readonly section: string;
  /** `section/group/name`, with a number where a name repeats. */
  readonly id: string;
  readonly test: IncrementalTest;
}

/** Every test of the official suite, in its order. */
export function conformanceCases(): Case[] {
  return getConformanceSuite().suites.flatMap((section) => casesOf(section.name, section));
}

/** Tests of cel-go itself: of its parser, its checker and its macros of two variables. */
export function celGoCases(suite: 'parsing' | 'checking' | 'comprehension'): Case[] {
  const suites = {
    parsing: getParsingSuite,
    checking: getCheckingSuite,
    comprehension: getComprehensionSuite,
  };
  return casesOf(suite, suites[suite]());
}

function casesOf(section: string, root: IncrementalTestSuite): Case[] {
  const seen = new Map<string, number>();
  const walk = (suite: IncrementalTestSuite, path: string): Case[] => [
    ...suite.tests.map((test) => {
      const name = `${path}/${test.name}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return { section, id: count === 1 ? name : `${name}#${count}`, test };
    }),
    ...suite.suites.flatMap((inner) => walk(inner, `${path}/${inner.name}`)),
  ];
  return walk(root, section);
}
