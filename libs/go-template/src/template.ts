import { builtins, type TemplateFunction } from './builtins.ts';
import { Executor } from './executor.ts';
import { Parser, type TemplateSet } from './parser.ts';
import type { Value } from './value.ts';

/**
 * A template that was read. It can be executed any number of times, and ends in bounded time and space whatever is in it.
 * Spec: Go, text/template.
 *
 * @example
 * ```ts
 * const template = new Template('greeting', 'Hello {{ .name | upper }}', { upper: (text) => String(text).toUpperCase() });
 * template.execute(GoMap.ofTexts({ name: 'world' })); // Hello WORLD
 * ```
 */
export class Template {
  readonly name: string;
  readonly #text: string;
  readonly #templates: TemplateSet;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;

  /**
   * @param name - for messages
   * @param functions - beside those that every template has
   * @throws TemplateError when it cannot be read, or calls what is not there
   */
  constructor(name: string, text: string, functions: Readonly<Record<string, TemplateFunction>> = {}) {
    this.name = name;
    this.#text = text;
    this.#functions = { ...builtins, ...functions };
    const isFunction = (asked: string): boolean =>
      asked === 'and' || asked === 'or' || Object.hasOwn(this.#functions, asked);
    this.#templates = new Parser(name, text, isFunction).parse();
  }

  /**
   * @param data - what `.` and `$` are
   * @param functions - that take the place of those that it was read with
   * @throws TemplateError
   */
  execute(data: Value, functions: Readonly<Record<string, TemplateFunction>> = {}): string {
    const all = { ...this.#functions, ...functions };
    const execution = { name: this.name, text: this.#text, templates: this.#templates, functions: all };
    return new Executor(execution).run(data);
  }
}
