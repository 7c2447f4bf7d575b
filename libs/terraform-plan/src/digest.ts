import { createHash, createHmac } from 'node:crypto';
import { canonicalJson, type Value } from '@plinth/terraform-json';
import type { Change, Plan, ResourceChange } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { planOf } from './plan-reader.ts';
import { redactDocument } from './redaction.ts';
import { hasTrue } from './redactor.ts';
import { isDoing } from './summary.ts';

/** Stands before what is hashed, and changes when anything of the form below does. */
const form = 'terraform-plan digest 1\n';
/** Bytes that a key has at least; a shorter one could be guessed together with the secret. */
const keyMin = 16;

/**
 * Names what a plan would do, for an approval to be bound to. The same for two plans of the same changes, whenever they
 * were made and in whatever order their members stand; another one as soon as an address, an action, a value before or
 * after, a mark or an import is another one. Secrets go into it as HMAC-SHA-256 under the key, so that nobody without
 * the key can find out by the digest whether a secret was guessed right.
 * @param key at least 16 bytes, the same for all digests that are to be compared
 * @param secrets texts that are secret besides, as for `redactPlan`
 * @returns 64 hexadecimal digits: SHA-256
 * @throws PlanError when the secrets of the plan are hidden: two plans with different ones would have one digest
 * @throws RangeError when the key is too short
 */
export function planDigest(plan: Plan, key: Uint8Array, secrets: readonly string[] = []): string {
  if (key.length < keyMin) throw new RangeError(`a key of ${key.length} bytes: expected at least ${keyMin}`);
  if (plan.isRedacted) {
    throw new PlanError('the plan is redacted: its digest is taken before its secrets are hidden');
  }
  const seal = (text: string): string =>
    `(sensitive ${createHmac('sha256', key).update(text).digest('hex')})`;
  const sealed = planOf(
    redactDocument(
      plan.document,
      {
        value: (secret, unknown) =>
          seal(`value ${canonicalJson(hasTrue(unknown) ? [secret, unknown] : [secret])}`),
        part: (secret) => seal(`part ${secret}`),
      },
      secrets,
    ),
  );
  return createHash('sha256')
    .update(form)
    .update(canonicalJson(whatIsDone(sealed)))
    .digest('hex');
}

function whatIsDone(plan: Plan): Value {
  const resources = plan.resourceChanges.filter(isDoing).map(resourceForm);
  const outputs = [...plan.outputChanges].filter(([, { action }]) => action !== 'no-op');
  // With nothing else to do, applying a plan writes into the state what has changed outside.
  const drift = resources.length === 0 ? plan.resourceDrift.map(resourceForm) : [];
  return {
    resources: inOrder(resources),
    outputs: Object.fromEntries(outputs.map(([name, change]) => [name, changeForm(change)])),
    drift: inOrder(drift),
    deferred: inOrder(
      plan.deferredChanges.map(({ reason, resourceChange }) => [reason, resourceForm(resourceChange)]),
    ),
    errored: plan.isErrored,
  };
}

function resourceForm(one: ResourceChange): Value {
  return {
    address: one.address,
    previousAddress: one.previousAddress ?? null,
    deposed: one.deposed ?? null,
    mode: one.mode,
    provider: one.provider ?? null,
    change: changeForm(one.change),
  };
}

function changeForm(change: Change): Value {
  const { importing } = change;
  return {
    action: change.action,
    replaceOrder: change.replaceOrder ?? null,
    before: change.before ?? null,
    after: change.after ?? null,
    afterUnknown: change.afterUnknown,
    beforeSensitive: change.beforeSensitive,
    afterSensitive: change.afterSensitive,
    importing: importing ? [importing.id ?? null, importing.identity ?? null, importing.isUnknown] : null,
    generatedConfig: change.generatedConfig ?? null,
  };
}

function inOrder(values: readonly Value[]): readonly Value[] {
  return values
    .map((value) => [canonicalJson(value), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, value]) => value);
}
