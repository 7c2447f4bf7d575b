/** A process, and the names of the units that it can do. */
export interface Candidate {
  readonly id: string;
  readonly units: ReadonlySet<string>;
}

/**
 * Decides which process is to have which unit: as evenly as it goes, with as few moves as it takes. Every process works
 * it out by itself, and those that see the same members come to the same result.
 *
 * Units that the same processes can do form a group, and each group is shared out for itself. A process keeps what it has
 * up to its share; those that have most get the larger shares.
 *
 * @param members the processes that live
 * @param owners who has which unit now; units of processes that are not among the members are free
 * @returns the process that is to have each unit; units that no member can do are absent
 */
export function assign(
  members: readonly Candidate[],
  owners: ReadonlyMap<string, string>,
): Map<string, string> {
  const targets = new Map<string, string>();
  const all = [...new Set(members.flatMap(({ units }) => [...units]))].sort();
  const groups = Map.groupBy(all, (unit) =>
    members
      .filter(({ units }) => units.has(unit))
      .map(({ id }) => id)
      .sort()
      .join('\n'),
  );
  // What a process has of one group counts in the next, so that not always the same one gets the odd unit.
  const totals = new Map(members.map(({ id }) => [id, 0]));
  for (const [ids, units] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    share(ids.split('\n'), units, owners, totals, targets);
  }
  return targets;
}

function share(
  ids: readonly string[],
  units: readonly string[],
  owners: ReadonlyMap<string, string>,
  totals: Map<string, number>,
  targets: Map<string, string>,
): void {
  const held = new Map<string, string[]>(ids.map((id) => [id, []]));
  const free: string[] = [];
  for (const unit of units) {
    const owned = held.get(owners.get(unit) ?? '');
    if (owned) owned.push(unit);
    else free.push(unit);
  }
  const order = ids.toSorted((a, b) => {
    const more = (held.get(b)?.length ?? 0) - (held.get(a)?.length ?? 0);
    const fewer = (totals.get(a) ?? 0) - (totals.get(b) ?? 0);
    return more || fewer || (a < b ? -1 : 1);
  });
  const base = Math.floor(units.length / ids.length);
  const larger = units.length % ids.length;
  const shares = new Map(order.map((id, place) => [id, base + (place < larger ? 1 : 0)]));
  for (const [id, owned] of held) {
    const surplus = owned.splice(shares.get(id) ?? 0);
    free.push(...surplus);
  }
  for (const id of order) {
    const owned = held.get(id) ?? [];
    owned.push(...free.splice(0, (shares.get(id) ?? 0) - owned.length));
    for (const unit of owned) targets.set(unit, id);
    totals.set(id, (totals.get(id) ?? 0) + owned.length);
  }
}
