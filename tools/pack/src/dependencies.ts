import type { Package } from '@plinth/repository';

/** What a program takes along. */
export interface Closure {
  /** The program's package and all workspace packages that it uses, directly or not. */
  readonly packages: readonly Package[];
  /** npm packages that the closure uses at run time, with versions, ordered by name. */
  readonly external: Readonly<Record<string, string>>;
}

/**
 * Follows the dependencies of a program through the workspace packages.
 *
 * @param packages all workspace packages
 * @param program the one to start from
 * @returns the packages used and the union of their npm dependencies
 * @throws when two packages ask for different versions of one npm package
 */
export function closureOf(packages: readonly Package[], program: Package): Closure {
  const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  const used = new Set<Package>([program]);
  const external = new Map<string, { version: string; folder: string }>();
  // A set visits what is added while it is walked.
  for (const current of used) {
    const { dependencies } = current.manifest;
    for (const name of Object.keys(dependencies)) {
      const next = byName.get(name);
      if (next !== undefined) used.add(next);
    }
    for (const [name, version] of Object.entries(dependencies)) {
      if (byName.has(name)) continue;
      const other = external.get(name);
      if (other !== undefined && other.version !== version) {
        throw new Error(
          `${name}: ${current.folder} asks for ${version}, ${other.folder} for ${other.version}; use one version`,
        );
      }
      external.set(name, { version, folder: current.folder });
    }
  }
  const sorted = [...external].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    packages: [...used],
    external: Object.fromEntries(sorted.map(([name, { version }]) => [name, version])),
  };
}
