/** A step that was run. */
export interface MigrationRun {
  readonly version: number;
  readonly name: string;
  readonly describe: string;
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** Rows of a table before and after an upgrade; absent where there is no such table. */
export interface TableRows {
  readonly table: string;
  readonly before?: number;
  readonly after?: number;
}

/** What an upgrade of the tables did, or would do. */
export interface UpgradeReport {
  /** Schema versions. */
  readonly from: number;
  readonly to: number;
  /** The steps in order; empty when the tables are of this version. */
  readonly steps: readonly MigrationRun[];
  readonly tables: readonly TableRows[];
  /** Bytes that the copy takes which is made first, and those that are free for it; absent where none is made. */
  readonly copyBytes?: number;
  readonly freeBytes?: number;
  /** The copy that was made; absent in a dry run, and when nothing was to be done. */
  readonly safetyCopy?: string;
}

/** Counts of rows before and after, side by side. */
export function tableRows(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): TableRows[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((table) => {
    const [rowsBefore, rowsAfter] = [before.get(table), after.get(table)];
    return {
      table,
      ...(rowsBefore === undefined ? {} : { before: rowsBefore }),
      ...(rowsAfter === undefined ? {} : { after: rowsAfter }),
    };
  });
}
