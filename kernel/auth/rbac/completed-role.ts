import type { JsonObject, KubeObject } from '../../model/object.ts';
import { autoupdateAnnotation } from './bootstrap.ts';
import { compactRules, uncoveredRules } from './covers.ts';
import { roleOf } from './role.ts';

/**
 * What a default role lacks of what this version of the program gives it, as a merge patch. Rules that were added stay, and
 * a role whose annotation `rbac.authorization.kubernetes.io/autoupdate` is no longer `true` is left alone.
 * @param found the ClusterRole as it is stored
 * @param wanted the default
 * @returns undefined when nothing is missing
 * Spec: Kubernetes RBAC, Auto-reconciliation.
 */
export function missingRules(found: KubeObject, wanted: KubeObject): JsonObject | undefined {
  const [owned, role] = [roleOf(found), roleOf(wanted)];
  if (!owned || !role || role.selectors) return undefined;
  if (found.metadata.annotations?.[autoupdateAnnotation] !== 'true') return undefined;
  const missing = compactRules(uncoveredRules(owned.rules, role.rules));
  if (missing.length === 0) return undefined;
  return { rules: [...owned.rules, ...missing].map((rule) => Object.fromEntries(Object.entries(rule))) };
}
