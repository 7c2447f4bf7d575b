import { CelCompileError, type CelProgram, type CelType, celTypes } from '@plinth/cel-kubernetes';
import { type Check, defaultActions, judgedActions, severities } from './check.ts';
import { checksMax, expressionCharsMax, remedyCharsMax, resourcesMax, titleCharsMax } from './limits.ts';
import { policySpace } from './policy-space.ts';

/** A check, ready to run. */
export interface CompiledCheck {
  readonly check: Check;
  readonly actions: ReadonlySet<string>;
  readonly when: CelProgram | undefined;
  readonly assert: CelProgram;
  readonly message: CelProgram | undefined;
}

/** What is wrong with a check. */
export interface CheckFault {
  /** Such as `[3].assert`. */
  readonly field: string;
  /** What stands there. */
  readonly value: unknown;
  /** What is wrong, of expressions with line and column, and what to do. */
  readonly message: string;
}

/** Checks that are ready to run, or what is wrong with them. */
export type Compilation =
  | { readonly ok: true; readonly checks: readonly CompiledCheck[] }
  | { readonly ok: false; readonly faults: readonly CheckFault[] };

const nameForm = /^[a-z0-9]([-a-z0-9]{0,98}[a-z0-9])?$/;
const resourceForm = /^[A-Za-z0-9_*.-]{1,100}$/;
const lineBreak = /[\r\n]/;

/** Compiles checks; all faults are found, not only the first. */
export function compileChecks(checks: readonly Check[]): Compilation {
  const faults: CheckFault[] = [];
  if (checks.length > checksMax) {
    faults.push({ field: '', value: checks.length, message: `must be at most ${checksMax} checks` });
    return { ok: false, faults };
  }
  const names = new Set<string>();
  const compiled = checks.map((check, i) => {
    if (names.has(check.name)) {
      faults.push({ field: `[${i}].name`, value: check.name, message: 'is the name of a check before it' });
    }
    names.add(check.name);
    return compileCheck(check, (field, value, message) =>
      faults.push({ field: `[${i}].${field}`, value, message }),
    );
  });
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, checks: compiled.filter((one) => one !== undefined) };
}

type Report = (field: string, value: unknown, message: string) => void;

function compileCheck(check: Check, report: Report): CompiledCheck | undefined {
  checkFields(check, report);
  const compile = (field: string, text: string | undefined, result: CelType): CelProgram | undefined =>
    text === undefined
      ? undefined
      : compileExpression(text, result, (message) => report(field, text, message));
  const when = compile('when', check.when, celTypes.bool);
  const assert = compile('assert', check.assert, celTypes.bool);
  const message = compile('messageExpression', check.messageExpression, celTypes.string);
  return assert && { check, actions: new Set(check.actions ?? defaultActions), when, assert, message };
}

function checkFields(
  { name, title, severity, remedy, resources = [], actions }: Check,
  report: Report,
): void {
  if (!nameForm.test(name)) {
    report(
      'name',
      name,
      'must be 1 to 100 lower case letters, digits and hyphens, with no hyphen at either end',
    );
  }
  for (const [field, text, max] of [
    ['title', title, titleCharsMax],
    ['remedy', remedy, remedyCharsMax],
  ] as const) {
    if (text.trim() === '') report(field, text, 'must say something');
    else if (text.length > max) report(field, text, `must be at most ${max} characters`);
  }
  if (lineBreak.test(title)) report('title', title, 'must be one line');
  if (!severities.includes(severity)) report('severity', severity, `must be one of ${severities.join(', ')}`);
  if (resources.length > resourcesMax) {
    report('resources', resources.length, `must be at most ${resourcesMax} types`);
  }
  resources.forEach((one, i) => {
    if (!resourceForm.test(one)) {
      report(
        `resources[${i}]`,
        one,
        'must be a type of resources, such as aws_s3_bucket, in which * stands for any characters',
      );
    }
  });
  if (actions?.length === 0) report('actions', actions, 'must name at least one action, or be left out');
  actions?.forEach((one, i) => {
    if (!judgedActions.includes(one))
      report(`actions[${i}]`, one, `must be one of ${judgedActions.join(', ')}`);
  });
}

function compileExpression(
  text: string,
  result: CelType,
  report: (message: string) => void,
): CelProgram | undefined {
  if (text.trim() === '') {
    report('must be an expression in CEL');
    return undefined;
  }
  if (text.length > expressionCharsMax) {
    report(`must be at most ${expressionCharsMax} characters`);
    return undefined;
  }
  try {
    return policySpace.compile(text, { result });
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    report(error.message);
    return undefined;
  }
}
