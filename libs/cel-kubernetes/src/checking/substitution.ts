import type { CelType, TypeParameter } from './cel-type.ts';
import { celTypes } from './cel-type.ts';

/**
 * What the checker knows of type parameters, and assignability under it. What an attempt that fails has bound is undone.
 *
 * Spec: the type inference of cel-go (checker/types.go), whose results the conformance suite expects.
 */
export class Substitution {
  readonly #bound = new Map<string, CelType>();
  /** What was bound before each change of the attempt that is under way. */
  readonly #trail: (readonly [name: string, before: CelType | undefined])[] = [];

  /** Whether a value of type `from` may stand where `to` is asked for; binds parameters of both. */
  assign(to: CelType, from: CelType): boolean {
    return this.assignAll([to], [from]);
  }

  /** As `assign`, for lists: all fit, or nothing is bound. */
  assignAll(to: readonly CelType[], from: readonly CelType[]): boolean {
    if (to.length !== from.length) return false;
    this.#trail.length = 0;
    if (this.#pairs(to, from)) return true;
    for (const [name, before] of this.#trail.toReversed()) {
      if (before === undefined) this.#bound.delete(name);
      else this.#bound.set(name, before);
    }
    return false;
  }

  /** How many names a type has when it is written out, or more than `most` without counting on. */
  size(type: CelType, most: number): number {
    switch (type.kind) {
      case 'parameter': {
        const bound = this.#bound.get(type.name);
        return bound === undefined ? 1 : this.size(bound, most);
      }
      case 'list':
        return 1 + this.#sizeOfAll([type.element], most - 1);
      case 'map':
        return 1 + this.#sizeOfAll([type.key, type.value], most - 1);
      case 'opaque':
        return 1 + this.#sizeOfAll(type.parameters, most - 1);
      case 'type':
        return 1 + this.#sizeOfAll([type.of], most - 1);
      default:
        return 1;
    }
  }

  #sizeOfAll(types: readonly CelType[], most: number): number {
    let size = 0;
    for (const type of types) {
      if (size > most) break;
      size += this.size(type, most - size);
    }
    return size;
  }

  /** Replaces parameters by what is known of them; unknown ones become dyn when `unknownAsDyn`. */
  apply(type: CelType, unknownAsDyn: boolean): CelType {
    switch (type.kind) {
      case 'parameter': {
        const bound = this.#bound.get(type.name);
        if (bound !== undefined) return this.apply(bound, unknownAsDyn);
        return unknownAsDyn ? celTypes.dyn : type;
      }
      case 'list': {
        const element = this.apply(type.element, unknownAsDyn);
        return element === type.element ? type : { ...type, element };
      }
      case 'map': {
        const key = this.apply(type.key, unknownAsDyn);
        const value = this.apply(type.value, unknownAsDyn);
        return key === type.key && value === type.value ? type : { ...type, key, value };
      }
      case 'opaque':
        if (type.parameters.length === 0) return type;
        return { ...type, parameters: type.parameters.map((part) => this.apply(part, unknownAsDyn)) };
      case 'type':
        return { ...type, of: this.apply(type.of, unknownAsDyn) };
      default:
        return type;
    }
  }

  #pairs(to: readonly CelType[], from: readonly CelType[]): boolean {
    return to.every((type, index) => {
      const other = from[index];
      return other !== undefined && this.#fits(type, other);
    });
  }

  #fits(to: CelType, from: CelType): boolean {
    if (from.kind === 'parameter') {
      const bound = this.#bound.has(from.name);
      if (this.#bind(from, to)) return true;
      if (bound) return false;
    }
    if (to.kind === 'parameter') return this.#bind(to, from);
    if (isWild(to) || isWild(from)) return true;
    if (to.kind === 'null') return acceptsNull(from);
    if (from.kind === 'null') return acceptsNull(to);
    if (to.kind === 'nullable' || from.kind === 'nullable') return scalarKind(to) === scalarKind(from);
    if (to.kind === 'list') return from.kind === 'list' && this.#fits(to.element, from.element);
    if (to.kind === 'map') {
      return from.kind === 'map' && this.#fits(to.key, from.key) && this.#fits(to.value, from.value);
    }
    if (to.kind === 'opaque') {
      return (
        from.kind === 'opaque' &&
        to.name === from.name &&
        to.parameters.length === from.parameters.length &&
        this.#pairs(to.parameters, from.parameters)
      );
    }
    if (to.kind === 'object') return from.kind === 'object' && to.name === from.name;
    return to.kind === from.kind;
  }

  /** Whether `type` is, or can become, what the parameter stands for. */
  #bind(parameter: TypeParameter, type: CelType): boolean {
    if (type.kind === 'parameter' && type.name === parameter.name) return true;
    const known = this.#bound.get(parameter.name);
    if (known === undefined) {
      if (this.#occurs(parameter, type)) return false;
      this.#set(parameter, type);
      return true;
    }
    if (same(type, known)) return true;
    if (!this.#fits(type, known)) return false;
    const general = mostGeneral(type, known);
    if (!this.#occurs(parameter, general)) this.#set(parameter, general);
    return true;
  }

  #set({ name }: TypeParameter, type: CelType): void {
    this.#trail.push([name, this.#bound.get(name)]);
    this.#bound.set(name, type);
  }

  #occurs(parameter: TypeParameter, within: CelType): boolean {
    switch (within.kind) {
      case 'parameter': {
        if (within.name === parameter.name) return true;
        const bound = this.#bound.get(within.name);
        return bound !== undefined && this.#occurs(parameter, bound);
      }
      case 'list':
        return this.#occurs(parameter, within.element);
      case 'map':
        return this.#occurs(parameter, within.key) || this.#occurs(parameter, within.value);
      case 'opaque':
        return within.parameters.some((part) => this.#occurs(parameter, part));
      case 'type':
        return this.#occurs(parameter, within.of);
      default:
        return false;
    }
  }
}

/** The less specific of two types that fit each other, the first on a tie. */
export function mostGeneral(first: CelType, second: CelType): CelType {
  return isLessSpecific(first, second) ? first : second;
}

/** Whether two types are the same, whatever sizes are known of them. */
export function same(first: CelType, second: CelType): boolean {
  if (first === second) return true;
  switch (first.kind) {
    case 'list':
      return second.kind === 'list' && same(first.element, second.element);
    case 'map':
      return second.kind === 'map' && same(first.key, second.key) && same(first.value, second.value);
    case 'object':
      return second.kind === 'object' && first.name === second.name;
    case 'parameter':
      return second.kind === 'parameter' && first.name === second.name;
    case 'type':
      return second.kind === 'type' && same(first.of, second.of);
    case 'nullable':
      return second.kind === 'nullable' && same(first.of, second.of);
    case 'opaque':
      return second.kind === 'opaque' && first.name === second.name && pairwise(first, second, same);
    default:
      return first.kind === second.kind;
  }
}

function isLessSpecific(first: CelType, second: CelType): boolean {
  if (first.kind === 'dyn' || first.kind === 'parameter') return true;
  if (second.kind === 'dyn' || second.kind === 'parameter') return false;
  // Null fits what it is compared with here, and that is then the more general of the two.
  if (second.kind === 'null') return true;
  switch (first.kind) {
    case 'opaque':
      return (
        second.kind === 'opaque' && first.name === second.name && pairwise(first, second, isLessSpecific)
      );
    case 'list':
      return second.kind === 'list' && isLessSpecific(first.element, second.element);
    case 'map':
      return (
        second.kind === 'map' &&
        isLessSpecific(first.key, second.key) &&
        isLessSpecific(first.value, second.value)
      );
    case 'type':
      return true;
    case 'nullable':
      return scalarKind(second) === first.of.kind;
    default:
      return same(first, second);
  }
}

function pairwise(
  { parameters: first }: { readonly parameters: readonly CelType[] },
  { parameters: second }: { readonly parameters: readonly CelType[] },
  test: (first: CelType, second: CelType) => boolean,
): boolean {
  return (
    first.length === second.length &&
    first.every((type, index) => {
      const other = second[index];
      return other !== undefined && test(type, other);
    })
  );
}

function isWild({ kind }: CelType): boolean {
  return kind === 'dyn' || kind === 'error';
}

function scalarKind(type: CelType): string {
  return type.kind === 'nullable' ? type.of.kind : type.kind;
}

function acceptsNull({ kind }: CelType): boolean {
  return ['null', 'nullable', 'object', 'opaque', 'timestamp', 'duration'].includes(kind);
}
