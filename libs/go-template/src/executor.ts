import type { TemplateFunction } from './builtins.ts';
import { lineOf } from './lexer.ts';
import type { Command, Node, Operand, Pipeline } from './node.ts';
import type { TemplateSet } from './parser.ts';
import { TemplateError } from './template-error.ts';
import { GoMap, type GoStruct, isList, isObject, isTrue, printValue, typeName, type Value } from './value.ts';

/** Characters that a template may come to. */
const outputCharsMax = 1_000_000;
/** Parts that are executed, so that templates that call each other, or loops in loops, end. */
const stepsMax = 1_000_000;
/** Templates that may be under way within each other. */
const callsMax = 100;

/** How a loop goes on after its body. */
type Flow = 'next' | 'break' | 'continue';

interface Variable {
  readonly name: string;
  value: Value;
}

/** What a template is executed with. */
export interface Execution {
  readonly name: string;
  readonly text: string;
  readonly templates: TemplateSet;
  readonly functions: Readonly<Record<string, TemplateFunction>>;
}

/** Executes one template. Spec: Go, text/template/exec.go. */
export class Executor {
  readonly #execution: Execution;
  #variables: Variable[] = [];
  #output = '';
  #steps = 0;
  #calls = 0;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  /** @throws TemplateError */
  run(data: Value): string {
    this.#template(this.#execution.name, data, 0);
    return this.#output;
  }

  #template(name: string, data: Value, position: number): void {
    const nodes = this.#execution.templates.get(name);
    if (!nodes)
      throw this.#fault(
        position,
        `{{template ${JSON.stringify(name)}}}`,
        `template ${JSON.stringify(name)} not defined`,
      );
    if (++this.#calls > callsMax) throw this.#fault(position, name, 'exceeded maximum template depth');
    const outer = this.#variables;
    this.#variables = [{ name: '$', value: data }];
    this.#walk(nodes, data);
    this.#variables = outer;
    this.#calls--;
  }

  #walk(nodes: readonly Node[], dot: Value): Flow {
    for (const node of nodes) {
      this.#step();
      const flow = this.#node(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #step(): void {
    if (++this.#steps > stepsMax) throw this.#fault(0, 'template', 'the template does not end');
  }

  #node(node: Node, dot: Value): Flow {
    switch (node.kind) {
      case 'text':
        this.#print(node.text);
        return 'next';
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#print(printValue(value));
        return 'next';
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'template':
        this.#template(node.name, node.pipeline && this.#pipeline(node.pipeline, dot), node.position);
        return 'next';
      case 'range':
        return this.#scoped(() => this.#range(node, dot));
      case 'if':
      case 'with':
        return this.#scoped(() => {
          const value = this.#pipeline(node.pipeline, dot);
          if (!isTrue(value)) return this.#walk(node.otherwise, dot);
          return this.#walk(node.body, node.kind === 'with' ? value : dot);
        });
    }
  }

  #scoped(work: () => Flow): Flow {
    const known = this.#variables.length;
    const flow = work();
    this.#variables.length = known;
    return flow;
  }

  #range(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: Value): Flow {
    const { pipeline, body, otherwise } = node;
    const known = this.#variables.length;
    const value = this.#pipeline({ ...pipeline, variables: [] }, dot);
    const items = this.#items(value, pipeline);
    if (items.length === 0) return this.#walk(otherwise, dot);
    for (const [key, item] of items) {
      this.#step();
      const [first, second] = pipeline.variables;
      if (first !== undefined) this.#set(first, second === undefined ? item : key, pipeline.isAssignment);
      if (second !== undefined) this.#set(second, item, pipeline.isAssignment);
      const flow = this.#walk(body, item);
      this.#variables.length = known;
      if (flow === 'break') break;
    }
    return 'next';
  }

  #items(value: Value, { position, commands }: Pipeline): readonly (readonly [Value, Value])[] {
    if (value === undefined) return [];
    if (isList(value)) return value.map((item, i) => [BigInt(i), item] as const);
    if (value instanceof GoMap) return [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1));
    if (typeof value === 'bigint') {
      const count = Number(value < 0n ? 0n : value > BigInt(stepsMax) ? BigInt(stepsMax) : value);
      return Array.from({ length: count }, (_, i) => [BigInt(i), BigInt(i)] as const);
    }
    throw this.#fault(position, commands[0]?.text ?? '', `range can't iterate over ${printValue(value)}`);
  }

  #pipeline({ commands, variables, isAssignment }: Pipeline, dot: Value): Value {
    let value: Value;
    for (const [i, command] of commands.entries()) {
      value = this.#command(command, dot, i === 0 ? [] : [value]);
    }
    for (const name of variables) this.#set(name, value, isAssignment);
    return value;
  }

  #set(name: string, value: Value, isAssignment: boolean): void {
    const known = isAssignment ? this.#variables.findLast((one) => one.name === name) : undefined;
    if (known) known.value = value;
    else this.#variables.push({ name, value });
  }

  /** @param last - the value of the command before it in the pipeline, if there is one */
  #command(command: Command, dot: Value, last: readonly Value[]): Value {
    const [first, ...rest] = command.operands;
    if (!first) return undefined;
    const values = (): Value[] => [...rest.map((one) => this.#operand(one, dot)), ...last];
    if (first.operand.kind === 'function' && first.fields.length === 0) {
      return this.#call(first.operand.name, command, rest, dot, last);
    }
    if (rest.length === 0 && last.length === 0) return this.#operand(first, dot);
    if (first.fields.length === 0) {
      throw this.#fault(command.position, first.text, `can't give argument to non-function ${first.text}`);
    }
    const owner = this.#operand({ ...first, fields: first.fields.slice(0, -1) }, dot);
    return this.#member(owner, first.fields.at(-1) ?? '', first, values());
  }

  #call(
    name: string,
    command: Command,
    operands: readonly Operand[],
    dot: Value,
    last: readonly Value[],
  ): Value {
    if (name === 'and' || name === 'or') {
      let value: Value;
      for (const read of [
        ...operands.map((one) => () => this.#operand(one, dot)),
        ...last.map((one) => () => one),
      ]) {
        value = read();
        if (isTrue(value) === (name === 'or')) return value;
      }
      return value;
    }
    const values = [...operands.map((one) => this.#operand(one, dot)), ...last];
    const own = Object.hasOwn(this.#execution.functions, name) ? this.#execution.functions[name] : undefined;
    if (!own)
      throw this.#fault(command.position, command.text, `${JSON.stringify(name)} is not a defined function`);
    return this.#guarded(command.position, command.text, name, () => own(...values));
  }

  #guarded(position: number, text: string, name: string, call: () => Value): Value {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw this.#fault(position, text, `error calling ${name}: ${error.message}`, error);
    }
  }

  #operand(operand: Operand, dot: Value): Value {
    let value = this.#term(operand, dot);
    for (const field of operand.fields) value = this.#member(value, field, operand, []);
    return value;
  }

  #term({ operand, text, position }: Operand, dot: Value): Value {
    switch (operand.kind) {
      case 'constant':
        return operand.value;
      case 'nil':
        return undefined;
      case 'dot':
        return dot;
      case 'variable':
        return this.#variables.findLast(({ name }) => name === operand.name)?.value;
      case 'function':
        return this.#call(operand.name, { operands: [], position, text }, [], dot, []);
      case 'pipeline':
        return this.#pipeline(operand.pipeline, dot);
    }
  }

  /** A field, an entry of a map, or the result of a method. */
  #member(owner: Value, name: string, { position, text }: Operand, values: readonly Value[]): Value {
    if (owner === undefined) {
      if (text.startsWith('$') || text.startsWith('.')) return undefined;
      throw this.#fault(position, text, `nil pointer evaluating interface {}.${name}`);
    }
    if (typeof owner === 'object' && !isList(owner)) {
      if (isObject(owner)) {
        const method = Object.hasOwn(owner.methods, name) ? owner.methods[name] : undefined;
        if (method) return this.#guarded(position, text, name, () => method(...values));
      } else {
        const found = this.#field(owner, name);
        if (found && values.length > 0) {
          throw this.#fault(position, text, `${name} has arguments but cannot be invoked as function`);
        }
        if (found) return found.value;
      }
    }
    throw this.#fault(position, text, `can't evaluate field ${name} in type ${typeName(owner)}`);
  }

  #field(owner: GoMap | GoStruct, name: string): { readonly value: Value } | undefined {
    if (owner instanceof GoMap) {
      return { value: owner.entries.has(name) ? owner.entries.get(name) : owner.missing };
    }
    return Object.hasOwn(owner.fields, name) ? { value: owner.fields[name] } : undefined;
  }

  #print(text: string): void {
    this.#output += text;
    if (this.#output.length > outputCharsMax) {
      throw this.#fault(0, 'template', `the text is longer than ${outputCharsMax} characters`);
    }
  }

  /** Spec: Go, text/template, ErrorContext: line and column, then what was being evaluated. */
  #fault(position: number, at: string, message: string, cause?: unknown): TemplateError {
    const { name, text } = this.#execution;
    const column = position - (text.lastIndexOf('\n', position - 1) + 1);
    const shown = at.length > 20 ? `${at.slice(0, 20)}...` : at;
    const place = `${name}:${lineOf(text, position)}:${column}`;
    const full = `template: ${place}: executing ${JSON.stringify(name)} at <${shown}>: ${message}`;
    const error = new TemplateError(full);
    if (cause !== undefined) error.cause = cause;
    return error;
  }
}
