import { createHash } from 'node:crypto';
import type { AdmissionPolicySpec } from './policy-kind.ts';
import { compilePolicy, type PolicyProgram } from './policy-program.ts';

/** Programs that some policy of the process holds, by a digest of what they were compiled from. */
const programs = new Map<string, WeakRef<PolicyProgram>>();
const dropped = new FinalizationRegistry((key: string) => {
  if (programs.get(key)?.deref() === undefined) programs.delete(key);
});

/**
 * The program of a policy. Policies whose expressions and messages are equal have one, whosever they are: with the same
 * pack in a thousand tenants it is compiled once, and its memory is needed once. It lives as long as one of them.
 */
export function programOf(spec: AdmissionPolicySpec): PolicyProgram {
  const { paramKind, matchConditions, variables, validations, auditAnnotations } = spec;
  const compiledFrom = [
    paramKind !== undefined,
    matchConditions ?? null,
    variables ?? null,
    validations ?? null,
    auditAnnotations ?? null,
  ];
  const key = createHash('sha256').update(JSON.stringify(compiledFrom)).digest('base64');
  const known = programs.get(key)?.deref();
  if (known) return known;
  const { program } = compilePolicy(spec);
  programs.set(key, new WeakRef(program));
  dropped.register(program, key);
  return program;
}
