import { hasValidationRules } from '@plinth/structural-schema';
import type { Crd } from './crd-object.ts';

/** Paths of all schemas that carry CEL rules, such as `spec.versions[0].schema.openAPIV3Schema.properties[spec]`. */
export function validationRulePaths(crd: Crd): string[] {
  return crd.versions.flatMap(({ schema }, i) =>
    schema === undefined ? [] : hasValidationRules(schema, `spec.versions[${i}].schema.openAPIV3Schema`),
  );
}
