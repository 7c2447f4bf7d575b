import type { CompiledSchema, FieldError } from '@plinth/structural-schema';
import { compiledType } from '../model/compiled-type.ts';
import type { RunDefinition } from './define-run.ts';

interface Known {
  readonly definition: RunDefinition;
  readonly input: CompiledSchema | undefined;
}

/** The run definitions of this process, by name. */
export class RunDefinitions {
  readonly #known = new Map<string, Known>();

  constructor(definitions: readonly RunDefinition[] = []) {
    for (const definition of definitions) this.add(definition);
  }

  /** @throws Error when the name is taken, or the input's schema is not structural */
  add(definition: RunDefinition): void {
    const { name, input } = definition;
    if (this.#known.has(name)) throw new Error(`run definition ${name} is declared twice`);
    this.#known.set(name, {
      definition,
      input: input && compiledType(`the input of run definition ${name}`, input),
    });
  }

  get(name: string): RunDefinition | undefined {
    return this.#known.get(name)?.definition;
  }

  /** Names of all definitions, sorted. */
  names(): string[] {
    return [...this.#known.keys()].sort();
  }

  /** Fills in the defaults of an input, in place. */
  complete(name: string, input: Record<string, unknown>): void {
    this.#known.get(name)?.input?.applyDefaults(input);
  }

  /** What is wrong with an input, by field below `spec.input`. An unknown definition has nothing against any. */
  inputErrors(name: string, input: Record<string, unknown>): FieldError[] {
    const schema = this.#known.get(name)?.input;
    if (!schema) return [];
    const unknown = schema.unknownFields(input).map(
      (field): FieldError => ({
        type: 'FieldValueForbidden',
        field: `spec.input.${field}`,
        detail: `definition ${name} has no such input`,
      }),
    );
    const broken = schema.validate(input).map((error) => ({
      ...error,
      field: error.field === '' ? 'spec.input' : `spec.input.${error.field}`,
    }));
    return [...broken, ...unknown];
  }
}
