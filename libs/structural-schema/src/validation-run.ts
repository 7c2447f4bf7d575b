import type { FieldError } from './field-error.ts';
import { formatPath } from './field-path.ts';
import { deepEqual, isList, isObject } from './json-value.ts';
import type { SchemaNode } from './schema-node.ts';

/** Validates a value against a node, adding to the run's errors. */
export type Visit = (value: unknown, node: SchemaNode, run: ValidationRun) => void;

/** Says that a value has no counterpart in the old object. */
const uncorrelated: unique symbol = Symbol('uncorrelated');

/**
 * The state of one validation: where it is, and what it has found.
 *
 * A run may ratchet: errors within a value that equals its counterpart in the old object are dropped,
 * so that an object which was valid under an older schema can still be changed elsewhere. Counterparts
 * are found by field name, map key, and the keys of `x-kubernetes-list-type: map`; items of other lists
 * have none.
 *
 * Spec: Kubernetes apiextensions-apiserver, validation/ratcheting.go.
 */
export class ValidationRun {
  errors: FieldError[] = [];
  /** Violations of `x-kubernetes-list-type`, kept apart because they ratchet as a whole. */
  readonly listErrors: FieldError[] = [];
  /** Positive checks so far: tells which branch of an `anyOf` came closest. */
  matches = 0;
  readonly #path: (string | number)[] = [];
  readonly #visit: Visit;
  #old: unknown;

  constructor(visit: Visit, old: unknown = uncorrelated) {
    this.#visit = visit;
    this.#old = old;
  }

  /** Validates the root value. */
  start(value: unknown, node: SchemaNode): void {
    this.#visit(value, node, this);
    if (this.errors.length > 0 && this.#old !== uncorrelated && deepEqual(this.#old, value)) this.errors = [];
  }

  /** Path of the present value, or of its child when a step is given. */
  at(step?: string | number): string {
    return formatPath(step === undefined ? this.#path : [...this.#path, step]);
  }

  /** Validates a child of the present value. */
  descend(step: string | number, value: unknown, node: SchemaNode, parent: SchemaNode): void {
    const old = this.#old;
    if (old === uncorrelated) {
      this.#path.push(step);
      this.#visit(value, node, this);
      this.#path.pop();
      return;
    }
    const isTypeMeta = this.#path.length === 0 && (step === 'apiVersion' || step === 'kind');
    const counterpart = isTypeMeta ? uncorrelated : correlate(old, step, value, parent);
    const found = this.errors.length;
    this.#old = counterpart;
    this.#path.push(step);
    this.#visit(value, node, this);
    this.#path.pop();
    this.#old = old;
    if (this.errors.length > found && counterpart !== uncorrelated && deepEqual(counterpart, value)) {
      this.errors.length = found;
    }
  }

  /** Validates the present value against another node, without keeping what is found. */
  attempt(value: unknown, node: SchemaNode): { readonly errors: FieldError[]; readonly matches: number } {
    const { errors, matches } = this;
    this.errors = [];
    this.matches = 0;
    this.#visit(value, node, this);
    const outcome = { errors: this.errors, matches: this.matches };
    this.errors = errors;
    this.matches = matches;
    return outcome;
  }
}

function correlate(old: unknown, step: string | number, value: unknown, parent: SchemaNode): unknown {
  if (typeof step === 'string') {
    return isObject(old) && Object.hasOwn(old, step) ? old[step] : uncorrelated;
  }
  const keys = parent.schema['x-kubernetes-list-map-keys'];
  if (parent.schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) return uncorrelated;
  if (!isList(old) || !isObject(value)) return uncorrelated;
  const match = old.find((item) => isObject(item) && keys.every((key) => deepEqual(item[key], value[key])));
  return match === undefined ? uncorrelated : match;
}
