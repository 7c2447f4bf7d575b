import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The types of resources and data sources that the configurations below a folder name, and those of the modules that they use.
 * Terraform asks for the schemas of all types that a provider has: each that is not needed costs time in each of hundreds of runs.
 */
export function typesIn(folder: string): string[] {
  const types = new Set<string>();
  const visited = new Set<string>();
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (visited.has(current)) continue;
    visited.add(current);
    for (const file of readdirSync(current, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.tf')) continue;
      const text = readFileSync(join(current, file), 'utf8');
      for (const [, type = ''] of text.matchAll(/^(?:resource|data) "(\w+)"/gm)) types.add(type);
      for (const [, source = ''] of text.matchAll(/^ +source += "(\.[^"]*)"/gm)) {
        pending.push(join(current, dirname(file), source));
      }
    }
  }
  return [...types].sort();
}
