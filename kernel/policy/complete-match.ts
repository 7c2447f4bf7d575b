import { recordsOf } from '../builtin/field-access.ts';
import { isObject } from '../model/json.ts';

/** Fills in what a `MatchResources` leaves out. Spec: Kubernetes, SetDefaults_MatchResources and SetDefaults_Rule. */
export function completeMatch(match: unknown): void {
  if (!isObject(match)) return;
  match['matchPolicy'] ??= 'Equivalent';
  match['namespaceSelector'] ??= {};
  match['objectSelector'] ??= {};
  for (const rule of [...recordsOf(match['resourceRules']), ...recordsOf(match['excludeResourceRules'])]) {
    rule['scope'] ??= '*';
  }
}
