import { problemsMax, typeSizeMax } from '../limits.ts';
import type {
  Call,
  Comprehension,
  Expression,
  Identifier,
  ListLiteral,
  MapLiteral,
  Selection,
} from '../syntax/expression.ts';
import { qualifiedName } from '../syntax/expression.ts';
import type { Fault } from '../syntax/source.ts';
import type { CelType } from './cel-type.ts';
import {
  celTypes,
  errorType,
  formatType,
  listOf,
  mapOf,
  optionalContent,
  optionalOf,
  typeParameter,
} from './cel-type.ts';
import type { Overload } from './declaration.ts';
import { literalType } from './literal-type.ts';
import type { Declarations, Reference } from './scope.ts';
import { mostGeneral, Substitution, same } from './substitution.ts';

/** What the checker found out about an expression. */
export interface CheckedExpression {
  readonly root: Expression;
  /** The type of every node. */
  readonly types: ReadonlyMap<Expression, CelType>;
  /** What each name, or selection that spells one, stands for. */
  readonly references: ReadonlyMap<Expression, Reference>;
  /** The overloads that each call may come to. With a `target`, it is an argument too. */
  readonly calls: ReadonlyMap<Call, ResolvedCall>;
}

/** A call after name resolution: its arguments, the target first where it is a method. */
export interface ResolvedCall {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly overloads: readonly Overload[];
}

/** How the checker works. */
export interface CheckOptions {
  readonly homogeneousLiterals: boolean;
  /** Without it, faults are left to evaluation: every type is dyn where it does not fit. */
  readonly strict: boolean;
}

/**
 * Finds the type of every part of an expression. All faults are collected; each part that has one is of a type that
 * fits everywhere, so that it is reported once.
 *
 * Spec: CEL language definition, "Gradual Type Checking"; messages are cel-go's.
 */
export class Checker {
  readonly faults: Fault[] = [];
  readonly #declarations: Declarations;
  readonly #options: CheckOptions;
  readonly #substitution = new Substitution();
  readonly #types = new Map<Expression, CelType>();
  readonly #references = new Map<Expression, Reference>();
  readonly #calls = new Map<Call, ResolvedCall>();
  readonly #locals: (readonly [string, CelType])[] = [];
  #parameters = 0;

  constructor(declarations: Declarations, options: CheckOptions) {
    this.#declarations = declarations;
    this.#options = options;
  }

  /** Checks an expression; `faults` has what is wrong with it. */
  check(root: Expression): CheckedExpression {
    this.#check(root);
    const types = new Map<Expression, CelType>();
    for (const [node, type] of this.#types) types.set(node, this.#substitution.apply(type, true));
    return { root, types, references: this.#references, calls: this.#calls };
  }

  #check(node: Expression): CelType {
    let type = this.#typeOf(node);
    const isMade =
      node.kind === 'list' || node.kind === 'map' || node.kind === 'call' || node.kind === 'comprehension';
    if (isMade && this.#substitution.size(type, typeSizeMax) > typeSizeMax) {
      type = this.#fault(node.offset, `the type has more than ${typeSizeMax} parts`);
    }
    this.#types.set(node, type);
    return type;
  }

  #typeOf(node: Expression): CelType {
    switch (node.kind) {
      case 'literal':
        return literalType(node.value);
      case 'identifier':
        return this.#identifier(node);
      case 'selection':
        return this.#selection(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        for (const { value } of node.fields) this.#check(value);
        return this.#declarations.resolve(node.name)?.type.kind === 'type'
          ? this.#fault(node.offset, `'${node.name}' is not a message type`)
          : this.#fault(node.offset, `undeclared reference to '${node.name}' (in container '')`);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #identifier(node: Identifier): CelType {
    const reference = this.#local(node.name) ?? this.#declarations.resolve(node.name);
    if (reference === undefined) {
      return this.#fault(node.offset, `undeclared reference to '${node.name}' (in container '')`);
    }
    this.#references.set(node, reference);
    return reference.type;
  }

  #local(name: string): Reference | undefined {
    const found = this.#locals.findLast(([local]) => local === name);
    return found === undefined ? undefined : { kind: 'local', name, type: found[1] };
  }

  #selection(node: Selection): CelType {
    const name = qualifiedName(node);
    // A local variable hides names that begin with it.
    if (name !== undefined && this.#local(name.split('.', 1)[0] ?? '') === undefined) {
      const reference = this.#declarations.resolve(name);
      if (reference !== undefined) {
        this.#references.set(node, reference);
        return reference.type;
      }
    }
    const operand = this.#resolved(this.#check(node.operand));
    const content = optionalContent(operand);
    const field = this.#field(node, this.#resolved(content ?? operand));
    if (node.testOnly) return celTypes.bool;
    return content === undefined || field.kind === 'error' ? field : optionalOf(field);
  }

  #field({ field, offset }: { field: string; offset: number }, operand: CelType): CelType {
    switch (operand.kind) {
      case 'map':
        return operand.value;
      case 'object': {
        const found = operand.fields.get(field);
        return found === undefined ? this.#fault(offset, `undefined field '${field}'`) : found.type;
      }
      case 'parameter':
        this.#substitution.assign(celTypes.dyn, operand);
        return celTypes.dyn;
      case 'dyn':
      case 'error':
        return celTypes.dyn;
      default:
        return this.#fault(offset, `type '${formatType(operand)}' does not support field selection`);
    }
  }

  #call(node: Call): CelType {
    if (node.name === '_?._') return this.#optionalSelection(node);
    const qualified = node.target === undefined ? node.name : this.#qualifiedFunction(node.target, node.name);
    const found = qualified === undefined ? undefined : this.#declarations.resolveFunction(qualified);
    const asFunction = found?.overloads.some(({ member }) => !member) === true;
    if (asFunction || node.target === undefined) {
      return this.#resolve(node, node.args, found?.name ?? node.name, found?.overloads, false);
    }
    const overloads = this.#declarations.functions.get(node.name);
    return this.#resolve(node, [node.target, ...node.args], node.name, overloads, true);
  }

  #qualifiedFunction(target: Expression, name: string): string | undefined {
    const prefix = qualifiedName(target);
    if (prefix === undefined || this.#local(prefix.split('.', 1)[0] ?? '') !== undefined) return undefined;
    return `${prefix}.${name}`;
  }

  #resolve(
    node: Call,
    args: readonly Expression[],
    name: string,
    overloads: readonly Overload[] | undefined,
    member: boolean,
  ): CelType {
    const types = args.map((argument) => this.#check(argument));
    if (overloads === undefined) {
      return this.#fault(node.offset, `undeclared reference to '${node.name}' (in container '')`);
    }
    if (this.#options.strict && (name === '_&&_' || name === '_||_')) {
      for (const argument of args) this.#expect(argument, celTypes.bool);
      this.#calls.set(node, { name, args, overloads });
      return celTypes.bool;
    }
    const candidates = overloads.filter(
      (overload) => overload.member === member && overload.parameters.length === args.length,
    );
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of candidates) {
      const instance = this.#instantiate(overload);
      if (!this.#substitution.assignAll(instance.parameters, types)) continue;
      fitting.push(overload);
      const type = this.#resolved(instance.result);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && !same(result, type)) result = celTypes.dyn;
    }
    if (!this.#options.strict) {
      this.#calls.set(node, { name, args, overloads: candidates });
      return result ?? celTypes.dyn;
    }
    this.#calls.set(node, { name, args, overloads: fitting });
    return result ?? this.#noOverload(node.offset, name, types, member);
  }

  #noOverload(offset: number, name: string, types: readonly CelType[], member: boolean): CelType {
    const names = types.map((type) => formatType(this.#substitution.apply(type, true)));
    const applied = member ? `${names[0] ?? ''}.(${names.slice(1).join(', ')})` : `(${names.join(', ')})`;
    return this.#fault(offset, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  /** An overload whose parameters are new ones, so that two calls do not share them. */
  #instantiate({ parameters, result }: Overload): {
    parameters: readonly CelType[];
    result: CelType;
  } {
    const renamed = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      switch (type.kind) {
        case 'parameter': {
          const known = renamed.get(type.name) ?? this.#newParameter();
          renamed.set(type.name, known);
          return known;
        }
        case 'list':
          return { ...type, element: rename(type.element) };
        case 'map':
          return { ...type, key: rename(type.key), value: rename(type.value) };
        case 'opaque':
          return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
        case 'type':
          return { ...type, of: rename(type.of) };
        default:
          return type;
      }
    };
    return { parameters: parameters.map(rename), result: rename(result) };
  }

  #optionalSelection(node: Call): CelType {
    const [operandNode, fieldNode] = node.args;
    if (operandNode === undefined || fieldNode?.kind !== 'literal' || typeof fieldNode.value !== 'string') {
      return this.#fault(node.offset, 'unsupported optional field selection');
    }
    const operand = this.#resolved(this.#check(operandNode));
    const inner = this.#resolved(optionalContent(operand) ?? operand);
    const field = this.#field({ field: fieldNode.value, offset: node.offset }, inner);
    this.#types.set(fieldNode, celTypes.string);
    this.#calls.set(node, { name: node.name, args: node.args, overloads: [] });
    return optionalOf(optionalContent(field) ?? field);
  }

  #list({ elements, optional }: ListLiteral): CelType {
    let element: CelType | undefined;
    for (const [index, node] of elements.entries()) {
      const type = this.#check(node);
      element = this.#join(node, element, optional.has(index) ? this.#unwrap(node, type) : type);
    }
    return listOf(element ?? this.#newParameter());
  }

  #map({ entries }: MapLiteral): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of entries) {
      key = this.#join(entry.key, key, this.#check(entry.key));
      const type = this.#check(entry.value);
      value = this.#join(entry.value, value, entry.optional ? this.#unwrap(entry.value, type) : type);
    }
    return mapOf(key ?? this.#newParameter(), value ?? this.#newParameter());
  }

  #unwrap(node: Expression, type: CelType): CelType {
    const resolved = this.#resolved(type);
    const content = optionalContent(resolved);
    if (content !== undefined) return content;
    if (resolved.kind === 'dyn' || resolved.kind === 'error') return celTypes.dyn;
    return this.#fault(
      node.offset,
      `expected type 'optional_type(${formatType(resolved)})' but found '${formatType(resolved)}'`,
    );
  }

  #join(node: Expression, previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    if (this.#substitution.assign(previous, current)) return mostGeneral(previous, current);
    if (!this.#options.homogeneousLiterals) return celTypes.dyn;
    const [expected, found] = [previous, current].map((type) => formatType(this.#resolved(type)));
    return this.#fault(node.offset, `expected type '${expected}' but found '${found}'`);
  }

  #comprehension(node: Comprehension): CelType {
    const range = this.#resolved(this.#check(node.range));
    const accumulator = this.#check(node.initial);
    const depth = this.#locals.length;
    this.#locals.push([node.accumulator, accumulator]);
    const [first, second] = this.#iterated(node, range);
    this.#locals.push([node.variable, first]);
    if (node.secondVariable !== undefined) this.#locals.push([node.secondVariable, second]);
    this.#check(node.condition);
    this.#expect(node.condition, celTypes.bool);
    this.#check(node.step);
    this.#expect(node.step, accumulator);
    this.#locals.length = depth + 1;
    const result = this.#check(node.result);
    this.#locals.length = depth;
    return this.#resolved(result);
  }

  /** Types of the variables of a loop: element, or key; index and element, or key and value. */
  #iterated(node: Comprehension, range: CelType): readonly [CelType, CelType] {
    const two = node.secondVariable !== undefined;
    switch (range.kind) {
      case 'list':
        return two ? [celTypes.int, range.element] : [range.element, errorType];
      case 'map':
        return [range.key, range.value];
      case 'parameter':
      case 'dyn':
      case 'error':
        this.#substitution.assign(celTypes.dyn, range);
        return [celTypes.dyn, celTypes.dyn];
      default: {
        const found = formatType(range);
        const fault = this.#fault(
          node.range.offset,
          `expression of type '${found}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [fault, fault];
      }
    }
  }

  #expect(node: Expression, expected: CelType): void {
    const type = this.#types.get(node) ?? errorType;
    if (this.#substitution.assign(expected, type)) return;
    const [wanted, found] = [expected, type].map((part) => formatType(this.#resolved(part)));
    this.#types.set(node, this.#fault(node.offset, `expected type '${wanted}' but found '${found}'`));
  }

  #resolved(type: CelType): CelType {
    return this.#substitution.apply(type, false);
  }

  #newParameter(): CelType {
    const parameter = typeParameter(`_var${this.#parameters}`);
    this.#parameters++;
    return parameter;
  }

  #fault(offset: number, message: string): CelType {
    if (!this.#options.strict) return celTypes.dyn;
    if (this.faults.length < problemsMax) this.faults.push({ message, offset });
    return errorType;
  }
}
