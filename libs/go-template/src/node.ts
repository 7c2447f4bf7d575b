import type { Value } from './value.ts';

/** A part of a template. Spec: Go, text/template/parse/node.go. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'break' | 'continue' }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly pipeline?: Pipeline;
      readonly position: number;
    };

/** Commands, each of which gets the value of the one before it as its last argument. */
export interface Pipeline {
  readonly variables: readonly string[];
  /** `=`: the variables are there already. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
  readonly position: number;
}

/** A function or method with its arguments, or a single operand. */
export interface Command {
  readonly operands: readonly Operand[];
  readonly position: number;
  /** As it was written, for messages. */
  readonly text: string;
}

export interface Operand {
  readonly operand:
    | { readonly kind: 'constant'; readonly value: Value }
    | { readonly kind: 'nil' }
    | { readonly kind: 'dot' }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'function'; readonly name: string }
    | { readonly kind: 'pipeline'; readonly pipeline: Pipeline };
  /** Fields that are taken of it, one of the other. */
  readonly fields: readonly string[];
  readonly position: number;
  readonly text: string;
}
