import type { Invocation } from '../cli/command.ts';
import { programVersion } from '../cli/version.ts';

/** Prints versions. */
export function run({ terminal }: Invocation): number {
  const versions = {
    plinth: programVersion(),
    node: process.versions.node,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    platform: `${process.platform}/${process.arch}`,
  };
  if (terminal.json) terminal.data(versions);
  else {
    const { plinth, node, sqlite, platform } = versions;
    terminal.line(`plinth ${plinth} (Node ${node}, SQLite ${sqlite}, ${platform})`);
  }
  return 0;
}
