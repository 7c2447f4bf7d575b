import { type FieldError, forbiddenValue, invalidValue } from '@plinth/structural-schema';
import { defineKind } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { recordOf, textOf } from './field-access.ts';
import { instant, int32, struct, text } from './schema-fields.ts';

function validate(object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = recordOf(object['spec']);
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    errors.push(
      invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  if (textOf(preferredHolder) !== '' && strategy === undefined) {
    errors.push(forbiddenValue('spec.preferredHolder', 'may only be specified when `strategy` is defined'));
  }
  return errors;
}

/** Spec: Kubernetes coordination.k8s.io/v1 Lease. */
export const leaseKind = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  description:
    'A Lease says which of several processes does a job at the moment, and until when the others trust it.',
  fields: {
    spec: Type.Optional(
      struct('Who holds the lease.', {
        acquireTime: instant('When the present holder got the lease, with microseconds.'),
        holderIdentity: text('Who holds the lease.'),
        leaseDurationSeconds: int32('Seconds after renewTime at which others may take the lease.'),
        leaseTransitions: int32('How often the lease has changed hands.'),
        preferredHolder: text('Who should get the lease; only with a strategy.'),
        renewTime: instant('When the holder last renewed the lease, with microseconds.'),
        strategy: text('How the holder is chosen by a coordinator.'),
      }),
    ),
  },
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description: 'Who holds the lease.',
      cell: (object) => textOf(recordOf(object['spec'])['holderIdentity']),
    },
  ],
  strategy: { validate },
});
