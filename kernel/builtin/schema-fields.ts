import type { Static, TOptional, TSchema, TUnsafe } from 'typebox';
import { Type } from '../model/type-builders.ts';

// The pieces that schemas of built-in kinds are made of. Each takes the description that `kubectl explain` shows.

type Fields = Record<string, TSchema>;

/** An object with known fields; each is required unless made `Type.Optional`. */
export function struct<const Known extends Fields>(
  description: string,
  fields: Known,
  extensions: Record<string, unknown> = {},
): ReturnType<typeof Type.Object<Known>> {
  return Type.Object(fields, { description, ...extensions });
}

/** An object that one manager owns as a whole. Spec: x-kubernetes-map-type atomic. */
export function atomicStruct<const Known extends Fields>(
  description: string,
  fields: Known,
): ReturnType<typeof Type.Object<Known>> {
  return struct(description, fields, { 'x-kubernetes-map-type': 'atomic' });
}

/** An optional string. */
export function text(description: string, options: Record<string, unknown> = {}): TOptional<TUnsafe<string>> {
  return Type.Optional(Type.Unsafe<string>({ type: 'string', description, ...options }));
}

/** A string that must be there. */
export function requiredText(description: string): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', description });
}

/** An optional boolean. */
export function flag(description: string): TOptional<TUnsafe<boolean>> {
  return Type.Optional(Type.Unsafe<boolean>({ type: 'boolean', description }));
}

/** An optional whole number of 32 bits. */
export function int32(description: string): TOptional<TUnsafe<number>> {
  return Type.Optional(Type.Unsafe<number>({ type: 'integer', format: 'int32', description }));
}

/** An optional whole number of 64 bits. */
export function int64(description: string): TOptional<TUnsafe<number>> {
  return Type.Optional(Type.Unsafe<number>({ type: 'integer', format: 'int64', description }));
}

/** An optional instant in RFC 3339. */
export function instant(description: string): TOptional<TUnsafe<string>> {
  return text(description, { format: 'date-time' });
}

/** A list that one manager owns as a whole. Spec: x-kubernetes-list-type atomic. */
export function listOf<Item extends TSchema>(description: string, item: Item): TUnsafe<Static<Item>[]> {
  return Type.Unsafe<Static<Item>[]>({
    type: 'array',
    description,
    items: item,
    'x-kubernetes-list-type': 'atomic',
  });
}

/** An optional list of strings that one manager owns as a whole. */
export function texts(description: string): TOptional<TUnsafe<string[]>> {
  return Type.Optional(listOf(description, Type.Unsafe<string>({ type: 'string' })));
}

/** An optional map of strings. */
export function textMap(
  description: string,
  options: Record<string, unknown> = {},
): TOptional<TUnsafe<Record<string, string>>> {
  return Type.Optional(
    Type.Unsafe<Record<string, string>>({
      type: 'object',
      description,
      additionalProperties: { type: 'string', ...options },
    }),
  );
}

/** An optional map of lists of strings. */
export function textsMap(description: string): TOptional<TUnsafe<Record<string, string[]>>> {
  return Type.Optional(
    Type.Unsafe<Record<string, string[]>>({
      type: 'object',
      description,
      additionalProperties: { type: 'array', items: { type: 'string' } },
    }),
  );
}

/** Where an object stands. Spec: Kubernetes core/v1 ObjectReference. */
export function objectReference(description: string): ReturnType<typeof atomicStruct> {
  return atomicStruct(description, {
    apiVersion: text('Group and version of the object.'),
    fieldPath: text('The part of the object that is meant, such as `spec.containers{name}`.'),
    kind: text('Kind of the object.'),
    name: text('Name of the object.'),
    namespace: text('Namespace of the object.'),
    resourceVersion: text('The state of the object that is meant.'),
    uid: text('Unique id of the object.'),
  });
}

/** Which objects are meant, by their labels. Spec: Kubernetes meta/v1 LabelSelector. */
export function labelSelector(description: string): ReturnType<typeof atomicStruct> {
  return atomicStruct(description, {
    matchExpressions: Type.Optional(
      listOf(
        'Requirements that the labels must all meet.',
        struct('One requirement.', {
          key: requiredText('The label that the requirement is about.'),
          operator: requiredText('How the label relates to the values: In, NotIn, Exists or DoesNotExist.'),
          values: texts('Values for In and NotIn; empty for the others.'),
        }),
      ),
    ),
    matchLabels: textMap('Labels that must all be there with these values.'),
  });
}

/** A condition of a status. Spec: Kubernetes meta/v1 Condition, without what the older kinds do not have. */
export const conditionFields = {
  lastTransitionTime: instant('When the status last changed.'),
  message: text('What happened, for people.'),
  reason: text('What happened, for programs, in one CamelCase word.'),
  status: requiredText('True, False or Unknown.'),
  type: requiredText('What the condition is about.'),
} as const;
