import { parseDuration } from '@plinth/prometheus-model';
import type { RuleFault } from './rule-spec.ts';

/** The names and indexes on the way to a value. */
export type Path = readonly (string | number)[];
/** A mapping. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads data of which nothing is known yet, and notes every fault with its place. What is absent has a default. */
export class FieldReader {
  readonly faults: RuleFault[] = [];

  /** A mapping that has none but known fields. */
  fields(content: unknown, path: Path, known: ReadonlySet<string>): Fields | undefined {
    if (!isFields(content)) {
      this.fault(path, `must be a mapping, but is ${kindOf(content)}`);
      return undefined;
    }
    for (const name of Object.keys(content)) {
      if (!known.has(name)) {
        this.fault([...path, name], `field ${name} not found; known are ${[...known].join(', ')}`);
      }
    }
    return content;
  }

  /** What has no value is an empty list: `rules:` with nothing behind it. */
  list(content: unknown, path: Path): readonly unknown[] {
    if (content === null || content === undefined) return [];
    if (Array.isArray(content)) return content;
    this.fault(path, `must be a sequence, but is ${kindOf(content)}`);
    return [];
  }

  text(fields: Fields, name: string, path: Path): string {
    const value = fields[name] ?? '';
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.fault([...path, name], `must be a string, but is ${kindOf(value)}`);
    return '';
  }

  texts(fields: Fields, name: string, path: Path): Readonly<Record<string, string>> {
    const value = fields[name] ?? {};
    if (!isFields(value)) {
      this.fault([...path, name], `must be a mapping, but is ${kindOf(value)}`);
      return {};
    }
    return Object.fromEntries(Object.keys(value).map((key) => [key, this.text(value, key, [...path, name])]));
  }

  /** Milliseconds; 0 when absent. */
  duration(fields: Fields, name: string, path: Path): number {
    const text = this.text(fields, name, path);
    if (text === '') return 0;
    try {
      return parseDuration(text);
    } catch (error) {
      this.fault([...path, name], error instanceof Error ? error.message : String(error));
      return 0;
    }
  }

  fault(path: Path, message: string): void {
    this.faults.push({ path, message });
  }
}

function isFields(content: unknown): content is Fields {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

function kindOf(content: unknown): string {
  if (content === null) return 'null';
  return Array.isArray(content)
    ? 'a sequence'
    : typeof content === 'object'
      ? 'a mapping'
      : `a ${typeof content}`;
}
