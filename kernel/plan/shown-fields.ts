import type { ServedResource } from '../api/registry.ts';
import type { KubeObject } from '../model/object.ts';
import { diffFields, isBelow, pathText } from './field-diff.ts';
import { fieldsPerObjectMax, valueCharsMax } from './limits.ts';
import { declaredState, isSecretField, isSecretKind } from './object-state.ts';
import type { PlanField } from './plan-kind.ts';
import { commitment } from './plan-record.ts';

/** The fields of one change as they may be shown. */
export interface ShownFields {
  readonly fields: readonly PlanField[];
  /** Fields that change and are not among them. */
  readonly omitted: number;
  /** Whether a change makes what stands behind the object anew. */
  readonly replaces: boolean;
}

/** How much a plan may still show; what it shows is taken off. */
export interface ShowBudget {
  chars: number;
}

/** What fields are shown of. */
export interface ShownStates {
  readonly served: ServedResource;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** Fields whose change makes what stands behind the object anew. */
  readonly replacing: readonly string[];
}

const schemas = new WeakMap<ServedResource['version'], unknown>();

/**
 * The fields in which an object changes, for people: values of secrets as commitments, long values cut, and no more
 * than the budget has room for.
 *
 * @param key of commitments
 * @param place what the commitments are bound to, so that those of two plans cannot be compared
 */
export function shownFields(
  { served, before, after, replacing }: ShownStates,
  { key, place, budget }: { readonly key: Uint8Array; readonly place: string; readonly budget: ShowBudget },
): ShownFields {
  const { version, type } = served;
  let schema = schemas.get(version);
  if (schema === undefined) {
    schema = version.schema.openapi();
    schemas.set(version, schema);
  }
  const changes = diffFields(
    before && declaredState(before, version),
    after && declaredState(after, version),
    schema,
  );
  const isSecret = isSecretKind(
    type.group === '' ? version.name : `${type.group}/${version.name}`,
    type.kind,
  );
  const fields: PlanField[] = [];
  let replaces = false;
  for (const change of changes) {
    const { segments } = change;
    const path = pathText(segments);
    const isReplacing = before !== undefined && isBelow(segments, replacing);
    replaces ||= isReplacing;
    if (fields.length >= fieldsPerObjectMax || budget.chars <= 0) continue;
    const sensitive = isSecret && isSecretField(segments);
    const shown = (value: unknown): unknown =>
      sensitive ? commitment(key, `${place} ${path}`, value) : shortened(value);
    const field: PlanField = {
      path,
      ...('before' in change ? { before: shown(change.before) } : {}),
      ...('after' in change ? { after: shown(change.after) } : {}),
      ...(sensitive ? { sensitive } : {}),
      ...(isReplacing ? { replaces: true } : {}),
    };
    budget.chars -= JSON.stringify(field).length;
    fields.push(field);
  }
  return { fields, omitted: changes.length - fields.length, replaces };
}

/** A value as it is, or its beginning with how long it is. */
function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= valueCharsMax) return value;
  return `${text.slice(0, valueCharsMax)}… (${text.length} characters)`;
}
