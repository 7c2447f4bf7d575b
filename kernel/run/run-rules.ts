import { type FieldError, forbiddenValue, invalidValue } from '@plinth/structural-schema';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Strategy, WriteContext } from '../model/resource-type.ts';
import type { RunDefinitions } from './run-definitions.ts';
import { isRun, type Run, runs } from './run-kind.ts';
import { changedFields, requireStart, type StartRight } from './start-right.ts';

/** The kernel's own controllers; nobody from outside comes under this name. */
const kernelUsername = 'system:plinth';

/** Fields of the spec that can change while a run is under way. */
const changeable: ReadonlySet<string> = new Set([
  'cancel',
  'pause',
  'priority',
  'ttlSecondsAfterFinished',
  'decisions',
]);

/**
 * The rules of a Run that its schema cannot express.
 * @param right decides who may start which definition
 */
export function runRules(definitions: RunDefinitions, right: StartRight): Strategy {
  return {
    prepare: (object, old, context) => prepare(object, old, context, definitions),
    validate: (object, old) => validate(object, old, definitions),
    admit(object, old, { user, operation, subresource, warn }) {
      if (operation === 'delete' || subresource !== '' || !isRun(object)) return;
      if (startsSomething(object, old && isRun(old) ? old : undefined)) {
        const { name, namespace = '' } = object.metadata;
        const { definition } = object.spec;
        requireStart(right, { user, namespace, definition, resource: runs.resource, name });
      }
      if (old || definitions.get(object.spec.definition)) return;
      warn(
        `no definition ${object.spec.definition} is known: the run waits until one is; known are ${definitions.names().join(', ') || 'none'}`,
      );
    },
  };
}

/** Whether a write lets a run do something: who may only stop runs needs no right to start them. */
function startsSomething(run: Run, old: Run | undefined): boolean {
  if (!old) return true;
  return changedFields(old.spec, run.spec).some(
    (field) =>
      field === 'decisions' || field === 'priority' || (field === 'pause' && run.spec.pause !== true),
  );
}

function prepare(
  object: KubeObject,
  old: KubeObject | undefined,
  { user }: WriteContext,
  definitions: RunDefinitions,
): void {
  const spec = object['spec'];
  if (!isObject(spec)) return;
  if (old) {
    // A client that knows nothing of the field sends the object back without it.
    const before = isObject(old['spec']) ? old['spec'] : {};
    for (const field of ['requestedBy', 'input']) {
      if (spec[field] === undefined && before[field] !== undefined) spec[field] = before[field];
    }
    return;
  }
  // Schedules start runs for those who made them.
  const isOnBehalf = user.username === kernelUsername && isObject(spec['requestedBy']);
  if (!isOnBehalf) spec['requestedBy'] = { username: user.username, groups: [...user.groups] };
  const { definition, input } = spec;
  if (typeof definition === 'string' && isObject(input)) definitions.complete(definition, input);
}

function validate(
  object: KubeObject,
  old: KubeObject | undefined,
  definitions: RunDefinitions,
): FieldError[] {
  if (!isRun(object)) return [];
  if (!old) return definitions.inputErrors(object.spec.definition, object.spec.input ?? {});
  if (!isRun(old)) return [];
  const errors: FieldError[] = [];
  const before: Record<string, unknown> = old.spec;
  const after: Record<string, unknown> = object.spec;
  for (const field of changedFields(before, after)) {
    if (changeable.has(field)) continue;
    const detail = 'a run does what it was created for: create another one';
    errors.push(forbiddenValue(`spec.${field}`, detail));
  }
  if (old.spec.cancel === true && object.spec.cancel !== true) {
    errors.push(
      invalidValue('spec.cancel', object.spec.cancel ?? null, 'a cancellation cannot be taken back'),
    );
  }
  return errors;
}
