/** What the arguments of `npm test` ask for. */
export interface TestRequest {
  /** Places to test; all when empty. */
  readonly places: readonly string[];
  /** Options for Node's test runner, as they are. */
  readonly options: readonly string[];
}

/**
 * Tells places from options of Node's test runner.
 *
 * @param args arguments after `npm test --`
 * @returns the places, and the options that begin with `-`
 */
export function parseRequest(args: readonly string[]): TestRequest {
  return {
    places: args.filter((arg) => !arg.startsWith('-')).map((place) => place.replace(/^\.\/|\/+$/g, '')),
    options: args.filter((arg) => arg.startsWith('-')),
  };
}

/**
 * The test files of the places that were asked for. A place is a folder's name (`slo`), a path (`kernel/store`)
 * or a test file's name (`group-commit`).
 *
 * @param files all test files, relative to the repository
 * @param places what to test; all when empty
 * @returns the files in the order given, and the places that name nothing
 */
export function selectTests(
  files: readonly string[],
  places: readonly string[],
): { selected: string[]; unknown: string[] } {
  if (places.length === 0) return { selected: [...files], unknown: [] };
  return {
    selected: files.filter((file) => places.some((place) => isIn(file, place))),
    unknown: places.filter((place) => !files.some((file) => isIn(file, place))),
  };
}

/**
 * The names that a place can have, for the message that follows a wrong one.
 *
 * @param files all test files
 * @returns the folders above the `test` folders, ordered
 */
export function placeNames(files: readonly string[]): string[] {
  return [
    ...new Set(files.map((file) => file.replace(/\/(test\/)?[^/]*$/, '').replace(/\/test\/.*$/, ''))),
  ].sort();
}

function isIn(file: string, place: string): boolean {
  const path = `/${file.replace(/\.test\.ts$/, '')}/`;
  return file === place || path.includes(`/${place}/`);
}
