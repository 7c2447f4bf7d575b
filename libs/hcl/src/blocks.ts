import { type HclBody, isRecord } from './hcl.ts';

/** A block. Spec: HCL Native Syntax, Blocks. */
export interface HclBlock {
  readonly labels: readonly string[];
  readonly content: HclBody;
}

/** The blocks of a type in a body, in the order of their labels; those with the same ones as they stand there. */
export function blocksOf(body: HclBody, type: string): HclBlock[] {
  return Object.hasOwn(body, type) ? blocksIn(body[type], []) : [];
}

function blocksIn(value: unknown, labels: readonly string[]): HclBlock[] {
  if (Array.isArray(value)) return value.filter(isRecord).map((content) => ({ labels, content }));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([label, inner]) => blocksIn(inner, [...labels, label]));
}
