import { quote } from '@plinth/go-format';
import { invalidValue, tooLong, typeInvalid } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { stringFormat } from './string-format.ts';
import type { ValidationRun } from './validation-run.ts';
import type { ValueCheck } from './value-checks.ts';

type StringRule = (text: string, run: ValidationRun) => boolean;

/** Compiles `maxLength`, `minLength`, `pattern` and `format`. Of the first three, only the first failure counts. */
export function stringChecks(schema: JSONSchemaProps): readonly ValueCheck[] {
  const rules = [...lengthRules(schema), ...patternRule(schema)];
  const format = formatRule(schema);
  if (rules.length === 0 && format === undefined) return [];
  return [
    (value, run) => {
      if (typeof value !== 'string') return;
      for (let i = 0; i < rules.length; i++) if (rules[i]?.(value, run) === false) break;
      format?.(value, run);
    },
  ];
}

function lengthRules(schema: JSONSchemaProps): readonly StringRule[] {
  const { maxLength, minLength } = schema;
  const rules: StringRule[] = [];
  if (maxLength !== undefined) {
    rules.push((text, run) => {
      if (text.length <= maxLength || characterCount(text) <= maxLength) return true;
      run.errors.push(tooLong(run.at(), maxLength));
      return false;
    });
  }
  if (minLength !== undefined) {
    rules.push((text, run) => {
      if (text.length >= minLength && characterCount(text) >= minLength) return true;
      const field = run.at();
      run.errors.push(
        invalidValue(field, text, `${field} in body should be at least ${minLength} chars long`),
      );
      return false;
    });
  }
  return rules;
}

const surrogate = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Counts Unicode characters; pairs of surrogates count once. */
function characterCount(text: string): number {
  return text.length - (text.match(surrogate)?.length ?? 0);
}

function patternRule(schema: JSONSchemaProps): readonly StringRule[] {
  const source = schema.pattern;
  if (source === undefined || source === '') return [];
  let pattern: Pattern | undefined;
  return [
    (text, run) => {
      pattern ??= compilePattern(source);
      if (pattern.ok && pattern.test(text)) return true;
      const expected = pattern.ok ? source : `${source}, but pattern is invalid: ${pattern.reason}`;
      const field = run.at();
      run.errors.push(invalidValue(field, text, `${field} in body should match '${expected}'`));
      return false;
    },
  ];
}

function formatRule(schema: JSONSchemaProps): StringRule | undefined {
  const { format, type } = schema;
  if (format === undefined || (type !== undefined && type !== 'string')) return undefined;
  const test = stringFormat(format);
  if (test === undefined) return undefined;
  return (text, run) => {
    run.matches += 1;
    if (test(text)) return true;
    const field = run.at();
    run.errors.push(typeInvalid(field, text, `${field} in body must be of type ${format}: ${quote(text)}`));
    return false;
  };
}
