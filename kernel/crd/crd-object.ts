import type { JSONSchemaProps } from '@plinth/structural-schema';
import { recordOf, recordsOf, textOf, textsOf } from '../builtin/field-access.ts';
import { isObject } from '../model/json.ts';
import type { Condition, KubeObject } from '../model/object.ts';

/** The names that a CustomResourceDefinition asks for or has got. */
export interface CrdNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** One version of a CustomResourceDefinition. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated: boolean;
  readonly deprecationWarning: string | undefined;
  readonly schema: JSONSchemaProps | undefined;
  readonly status: boolean;
  readonly scale: Record<string, unknown> | undefined;
  readonly columns: readonly Record<string, unknown>[];
  readonly selectableFields: readonly string[];
}

/** A CustomResourceDefinition, read leniently: what is absent or of the wrong type is empty here. */
export interface Crd {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly group: string;
  readonly namespaced: boolean;
  readonly names: CrdNames;
  readonly versions: readonly CrdVersion[];
  readonly acceptedNames: CrdNames;
  readonly storedVersions: readonly string[];
  readonly conditions: readonly Condition[];
}

/** Reads an object of the kind CustomResourceDefinition. */
export function crdOf(object: KubeObject): Crd {
  const spec = recordOf(object['spec']);
  const status = recordOf(object['status']);
  const { metadata } = object;
  return {
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    group: textOf(spec['group']),
    namespaced: spec['scope'] === 'Namespaced',
    names: namesOf(spec['names']),
    versions: recordsOf(spec['versions']).map(versionOf),
    acceptedNames: namesOf(status['acceptedNames']),
    storedVersions: textsOf(status['storedVersions']),
    conditions: recordsOf(status['conditions']).map(conditionOf),
  };
}

/** Reads `spec.names` or `status.acceptedNames`. */
function namesOf(value: unknown): CrdNames {
  const names = recordOf(value);
  return {
    plural: textOf(names['plural']),
    singular: textOf(names['singular']),
    kind: textOf(names['kind']),
    listKind: textOf(names['listKind']),
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
  };
}

function versionOf(value: Record<string, unknown>): CrdVersion {
  const { openAPIV3Schema } = recordOf(value['schema']);
  const { status, scale } = recordOf(value['subresources']);
  return {
    name: textOf(value['name']),
    served: value['served'] === true,
    storage: value['storage'] === true,
    deprecated: value['deprecated'] === true,
    deprecationWarning:
      typeof value['deprecationWarning'] === 'string' ? value['deprecationWarning'] : undefined,
    schema: isSchema(openAPIV3Schema) ? openAPIV3Schema : undefined,
    status: status !== undefined && status !== null,
    scale: isObject(scale) ? scale : undefined,
    columns: recordsOf(value['additionalPrinterColumns']),
    selectableFields: recordsOf(value['selectableFields']).map((field) => textOf(field['jsonPath'])),
  };
}

// The fields of a schema are all optional; what they hold is checked by `checkStructural`.
function isSchema(value: unknown): value is JSONSchemaProps {
  return isObject(value);
}

function conditionOf(value: Record<string, unknown>): Condition {
  const { status } = value;
  return {
    type: textOf(value['type']),
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    lastTransitionTime: textOf(value['lastTransitionTime']),
    reason: textOf(value['reason']),
    message: textOf(value['message']),
  };
}

/** Whether a condition of the CustomResourceDefinition is there and True. */
export function isTrue(crd: Crd, type: string): boolean {
  return crd.conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** The part of a `plural.group` name before the first dot, and the part behind it. */
export function splitCrdName(name: string): { plural: string; group: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { plural: name, group: '' } : { plural: name.slice(0, dot), group: name.slice(dot + 1) };
}
