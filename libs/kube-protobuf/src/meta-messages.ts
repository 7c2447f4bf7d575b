import { field, type Message, message } from './message.ts';

/**
 * Messages of meta/v1 that the built-in kinds use.
 *
 * Spec: Kubernetes apimachinery pkg/apis/meta/v1/generated.proto
 */
export const META_MESSAGES: Readonly<Record<string, Message>> = {
  ObjectMeta: message(
    field(1, 'name', 'string'),
    field(2, 'generateName', 'string'),
    field(3, 'namespace', 'string'),
    field(4, 'selfLink', 'string'),
    field(5, 'uid', 'string'),
    field(6, 'resourceVersion', 'string'),
    field(7, 'generation', 'int64'),
    field(8, 'creationTimestamp', 'Time'),
    field(9, 'deletionTimestamp', 'Time', 'pointer'),
    field(10, 'deletionGracePeriodSeconds', 'int64', 'pointer'),
    field(11, 'labels', 'string', 'map'),
    field(12, 'annotations', 'string', 'map'),
    field(13, 'ownerReferences', 'OwnerReference', 'list'),
    field(14, 'finalizers', 'string', 'list'),
    field(17, 'managedFields', 'ManagedFieldsEntry', 'list'),
  ),
  OwnerReference: message(
    field(5, 'apiVersion', 'string', 'always'),
    field(1, 'kind', 'string', 'always'),
    field(3, 'name', 'string', 'always'),
    field(4, 'uid', 'string', 'always'),
    field(6, 'controller', 'bool', 'pointer'),
    field(7, 'blockOwnerDeletion', 'bool', 'pointer'),
  ),
  ManagedFieldsEntry: message(
    field(1, 'manager', 'string'),
    field(2, 'operation', 'string'),
    field(3, 'apiVersion', 'string'),
    field(4, 'time', 'Time', 'pointer'),
    field(6, 'fieldsType', 'string'),
    field(7, 'fieldsV1', 'FieldsV1', 'pointer'),
    field(8, 'subresource', 'string'),
  ),
  ListMeta: message(
    field(1, 'selfLink', 'string'),
    field(2, 'resourceVersion', 'string'),
    field(3, 'continue', 'string'),
    field(4, 'remainingItemCount', 'int64', 'pointer'),
  ),
  LabelSelector: message(
    field(1, 'matchLabels', 'string', 'map'),
    field(2, 'matchExpressions', 'LabelSelectorRequirement', 'list'),
  ),
  LabelSelectorRequirement: message(
    field(1, 'key', 'string', 'always'),
    field(2, 'operator', 'string', 'always'),
    field(3, 'values', 'string', 'list'),
  ),
  FieldSelectorRequirement: message(
    field(1, 'key', 'string', 'always'),
    field(2, 'operator', 'string', 'always'),
    field(3, 'values', 'string', 'list'),
  ),
  DeleteOptions: message(
    field(1, 'gracePeriodSeconds', 'int64', 'pointer'),
    field(2, 'preconditions', 'Preconditions', 'pointer'),
    field(3, 'orphanDependents', 'bool', 'pointer'),
    field(4, 'propagationPolicy', 'string', 'pointer'),
    field(5, 'dryRun', 'string', 'list'),
    field(6, 'ignoreStoreReadErrorWithClusterBreakingPotential', 'bool', 'pointer'),
  ),
  Preconditions: message(
    field(1, 'uid', 'string', 'pointer'),
    field(2, 'resourceVersion', 'string', 'pointer'),
  ),
  Status: message(
    field(1, 'metadata', 'ListMeta', 'always'),
    field(2, 'status', 'string'),
    field(3, 'message', 'string'),
    field(4, 'reason', 'string'),
    field(5, 'details', 'StatusDetails', 'pointer'),
    field(6, 'code', 'int32'),
  ),
  StatusDetails: message(
    field(1, 'name', 'string'),
    field(2, 'group', 'string'),
    field(3, 'kind', 'string'),
    field(6, 'uid', 'string'),
    field(4, 'causes', 'StatusCause', 'list'),
    field(5, 'retryAfterSeconds', 'int32'),
  ),
  StatusCause: message(
    field(1, 'reason', 'string'),
    field(2, 'message', 'string'),
    field(3, 'field', 'string'),
  ),
  PartialObjectMetadata: message(field(1, 'metadata', 'ObjectMeta', 'always')),
};
