import type { Random } from '../ports/random.ts';

/** Host and eight random digits, as names of pods: unique for each start of a process. */
export function processId(host: string, random: Random): string {
  const label = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${label || 'process'}-${random.uuid().slice(0, 8)}`;
}
