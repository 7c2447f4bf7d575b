import {
  equalJson,
  type FieldError,
  invalidValue,
  isObject,
  type KubeObject,
  leavesItsRoot,
  messageOf,
  StatusError,
  type Strategy,
  scheduleTimes,
  sourceErrors,
  type WriteContext,
} from '@plinth/kernel';
// The rest of the library is not needed before there is a module.
import { parseConstraint } from '@plinth/terraform-module/version-constraint';
import { driftAnnotation, isStack, type StackSpec, stackFinalizer } from './stack-fields.ts';

/** What decides how the program works, and is not for stacks to say. */
const ownVariables =
  /^(TF_(VAR_|HTTP_|CLI_|LOG|DATA_DIR|WORKSPACE|INPUT|IN_AUTOMATION|PLUGIN_CACHE|REATTACH)|PLINTH_|PATH$|HOME$|LD_|NODE_OPTIONS$)/;
/** Runs are named after their stack. */
const nameMax = 200;

/** The rules of a Stack that its schema cannot express. */
export const stackStrategy: Strategy = {
  prepare(object, old, context) {
    hold(object);
    noteAuthor(object, old, context);
  },
  validate: (object) =>
    isStack(object) ? [...nameErrors(object.metadata.name), ...specErrors(object.spec)] : [],
  admit: (object, _old, context) => refuseDestruction(object, context),
};

/** Nothing that runs for a stack outlives it unseen. */
function hold({ metadata }: KubeObject): void {
  const { finalizers = [], deletionTimestamp } = metadata;
  if (deletionTimestamp === undefined && !finalizers.includes(stackFinalizer)) {
    metadata.finalizers = [...finalizers, stackFinalizer];
  }
}

/** Who changes a stack asks for what follows from it, and so cannot approve that. */
function noteAuthor(
  object: KubeObject,
  old: KubeObject | undefined,
  { user, subresource }: WriteContext,
): void {
  const given = object['spec'];
  if (!isObject(given) || subresource !== '') return;
  const before = old && isObject(old['spec']) ? old['spec'] : undefined;
  const { requestedBy: _given, ...now } = given;
  const { requestedBy, ...then } = before ?? {};
  const isAsked = !equalJson(asked(old), asked(object));
  const isSame = before !== undefined && equalJson(now, then) && !isAsked;
  given['requestedBy'] = isSame ? requestedBy : { username: user.username, groups: [...user.groups] };
  if (given['requestedBy'] === undefined) delete given['requestedBy'];
}

/** What annotations ask for. A look for drift changes nothing, so whoever asks for one is not the author of what follows. */
function asked(object: KubeObject | undefined): Readonly<Record<string, string>> {
  const { [driftAnnotation]: _look, ...rest } = object?.metadata.annotations ?? {};
  return rest;
}

function nameErrors(name: string): FieldError[] {
  if (name.length <= nameMax) return [];
  return [
    invalidValue('metadata.name', name, `must have at most ${nameMax} characters: runs are named after it`),
  ];
}

function specErrors(spec: StackSpec): FieldError[] {
  const { workingDirectory, variables = [], variableFiles = [], environment = [], drift } = spec;
  const errors = placeErrors(spec);
  if (leavesItsRoot(workingDirectory)) {
    const detail =
      'must be a directory inside the source; take a directory further up as the source, if it is not';
    errors.push(invalidValue('spec.workingDirectory', workingDirectory, detail));
  }
  for (const [i, path] of variableFiles.entries()) {
    if (leavesItsRoot(path)) {
      errors.push(
        invalidValue(`spec.variableFiles[${i}]`, path, 'must be a file inside the working directory'),
      );
    }
  }
  const origins = ['value', 'secretKeyRef', 'configMapKeyRef'];
  for (const [i, one] of variables.entries()) {
    errors.push(...originErrors(one, [...origins, 'stackOutputRef'], `spec.variables[${i}]`));
  }
  for (const [i, one] of environment.entries()) {
    errors.push(...originErrors(one, origins, `spec.environment[${i}]`));
    if (ownVariables.test(one.name)) {
      const detail = 'is set by Plinth; input variables belong into spec.variables';
      errors.push(invalidValue(`spec.environment[${i}].name`, one.name, detail));
    }
  }
  return drift ? [...errors, ...driftErrors(drift)] : errors;
}

function placeErrors({ source, state }: StackSpec): FieldError[] {
  const { module, upload } = source;
  const errors = sourceErrors(source, 'spec.source', { module, upload });
  if (module && !parseConstraint(module.version)) {
    const detail = 'must be a constraint of versions such as ~> 1.2, or >= 1.0.0, < 2.0.0';
    errors.push(invalidValue('spec.source.module.version', module.version, detail));
  }
  if (upload && state !== undefined) {
    const detail = 'must be left out of a stack that is a workspace: its state has the name of the stack';
    errors.push(invalidValue('spec.state', state, detail));
  }
  return errors;
}

function originErrors(
  entry: Readonly<Record<string, unknown>> & { readonly name: string },
  origins: readonly string[],
  field: string,
): FieldError[] {
  if (origins.filter((origin) => entry[origin] !== undefined).length === 1) return [];
  return [invalidValue(field, entry.name, `must have exactly one of ${origins.join(', ')}`)];
}

function driftErrors({ schedule, timeZone }: NonNullable<StackSpec['drift']>): FieldError[] {
  try {
    scheduleTimes(schedule, timeZone).next(0);
    return [];
  } catch (error) {
    return [invalidValue('spec.drift.schedule', schedule, messageOf(error))];
  }
}

/** @throws StatusError 403 for what would destroy and is protected */
function refuseDestruction(object: KubeObject, { operation }: WriteContext): void {
  if (operation !== 'delete' || !isStack(object) || object.metadata.deletionTimestamp !== undefined) return;
  const { deletionPolicy, destroyProtection } = object.spec;
  if (deletionPolicy !== 'Destroy' || !destroyProtection) return;
  throw new StatusError(
    403,
    'Forbidden',
    `deleting Stack ${object.metadata.name} destroys what it made, and spec.destroyProtection is true: set it to false first, or ` +
      'spec.deletionPolicy to Retain to keep what it made',
  );
}
