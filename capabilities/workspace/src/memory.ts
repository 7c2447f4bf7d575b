interface Applied {
  readonly digest: string;
  readonly resourceVersion: string;
}

/** What one process remembers of a workspace. Losing it costs work, never correctness. */
export class WorkspaceMemory {
  readonly #applied = new Map<string, Applied>();
  /** Reconciles in a row that left something undone. */
  failures = 0;

  /** @param digest names what was applied @param resourceVersion what it made of the object */
  remember(key: string, digest: string, resourceVersion: string): void {
    this.#applied.set(key, { digest, resourceVersion });
  }

  /** Whether an object is still what applying `digest` made of it. */
  isSettled(key: string, digest: string, resourceVersion: string): boolean {
    const applied = this.#applied.get(key);
    return applied?.digest === digest && applied.resourceVersion === resourceVersion;
  }

  /** Forgets all objects but these. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#applied.keys()) if (!keys.has(key)) this.#applied.delete(key);
  }
}
