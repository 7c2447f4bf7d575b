import { enumOf } from './define-kind.ts';
import { Type } from './type-builders.ts';

/** A condition of an object. Spec: Kubernetes meta/v1 Condition. */
export const conditionSchema = Type.Object({
  type: Type.String(),
  status: enumOf(['True', 'False', 'Unknown']),
  observedGeneration: Type.Optional(Type.Integer()),
  lastTransitionTime: Type.String(),
  reason: Type.String(),
  message: Type.String(),
});
