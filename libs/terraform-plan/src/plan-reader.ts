import { type JsonRecord, parseJson, type Value } from '@plinth/terraform-json';
import type { Action, Change, Check, Importing, Plan, ReplaceOrder, ResourceChange } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { PlanField } from './plan-field.ts';

/** The member of a redacted plan that says so; programs that know the format pass over it. */
export const redactedMember = 'redacted';

/**
 * Reads what `terraform show -json` writes of a plan file.
 * Spec: Terraform, JSON Output Format, format version 1.x: members that are not known are left alone, another major
 * version is refused, and so is an action that this library does not know: nobody should approve what nobody understood.
 * @param bytes the whole text, UTF-8
 * @throws PlanError with the place, when the text is cut off, no JSON or no plan
 */
export function parsePlan(bytes: Uint8Array): Plan {
  const value = parseJson(bytes, (message) => new PlanError(message));
  return planOf(new PlanField(value, 'the plan').record);
}

/** @throws PlanError when the document is no plan */
export function planOf(document: JsonRecord): Plan {
  const root = new PlanField(document, '');
  checkVersion(root);
  return {
    formatVersion: root.text('format_version'),
    terraformVersion: root.optionalText('terraform_version'),
    timestamp: root.optionalText('timestamp'),
    isApplyable: root.optionalFlag('applyable'),
    isComplete: root.optionalFlag('complete'),
    isErrored: root.flag('errored'),
    resourceChanges: root.objects('resource_changes').map(resourceChangeOf),
    resourceDrift: root.objects('resource_drift').map(resourceChangeOf),
    deferredChanges: root.objects('deferred_changes').map((one) => ({
      reason: one.optionalText('reason') ?? 'unknown',
      resourceChange: resourceChangeOf(one.object('resource_change')),
    })),
    outputChanges: new Map(root.members('output_changes').map(([name, one]) => [name, changeOf(one)])),
    checks: root.objects('checks').map(checkOf),
    relevantAttributes: root.objects('relevant_attributes').map((one) => ({
      resource: one.text('resource'),
      attribute: one.path('attribute'),
    })),
    variables: new Map(
      root.members('variables').map(([name, one]): [string, Value] => [name, one.value('value') ?? null]),
    ),
    priorState: priorStateOf(root.optionalObject('prior_state')),
    isRedacted: root.flag(redactedMember),
    document,
  };
}

function checkVersion(root: PlanField): void {
  const version = root.value('format_version');
  if (typeof version !== 'string') {
    const isState = root.value('lineage') !== undefined;
    throw new PlanError(
      isState
        ? 'format_version: expected a plan, found a state file; a plan is what `terraform show -json PLANFILE` writes'
        : 'format_version: expected a text, found none: this is no plan that `terraform show -json PLANFILE` wrote',
    );
  }
  if (!/^1(\.\d+)*$/.test(version)) {
    throw new PlanError(
      `format_version: expected 1.x, found ${JSON.stringify(version.slice(0, 20))}; Terraform has written 1.x since 1.1`,
    );
  }
  // A state in JSON has the same header, and `values` where a plan has its changes.
  if (root.value('values') !== undefined && root.value('planned_values') === undefined) {
    throw new PlanError(
      'values: expected a plan, found a state; name the plan file to `terraform show -json`',
    );
  }
}

function resourceChangeOf(field: PlanField): ResourceChange {
  return {
    address: field.text('address'),
    previousAddress: field.optionalText('previous_address'),
    moduleAddress: field.optionalText('module_address'),
    mode: field.text('mode'),
    type: field.text('type'),
    name: field.text('name'),
    index: field.optionalKey('index'),
    isIndexUnknown: field.flag('index_unknown'),
    deposed: field.optionalText('deposed'),
    provider: field.optionalText('provider_name'),
    actionReason: field.optionalText('action_reason'),
    change: changeOf(field.object('change')),
  };
}

function changeOf(field: PlanField): Change {
  const actions = field.texts('actions').join(',');
  const known = actionOf.get(actions);
  if (!known) throw new PlanError(`${field.place('actions')}: no known action: [${actions.slice(0, 80)}]`);
  return {
    ...known,
    before: field.value('before'),
    after: field.value('after'),
    afterUnknown: field.value('after_unknown') ?? false,
    beforeSensitive: field.value('before_sensitive') ?? false,
    afterSensitive: field.value('after_sensitive') ?? false,
    replacePaths: field.paths('replace_paths'),
    importing: importingOf(field.optionalObject('importing')),
    generatedConfig: field.optionalText('generated_config'),
  };
}

interface KnownAction {
  readonly action: Action;
  readonly replaceOrder: ReplaceOrder | undefined;
}

const actionOf: ReadonlyMap<string, KnownAction> = new Map<string, KnownAction>([
  ...(['no-op', 'create', 'read', 'update', 'delete', 'forget'] as const).map(
    (action): [string, KnownAction] => [action, { action, replaceOrder: undefined }],
  ),
  ['create,delete', { action: 'replace', replaceOrder: 'create-then-delete' }],
  ['delete,create', { action: 'replace', replaceOrder: 'delete-then-create' }],
  ['create,forget', { action: 'replace', replaceOrder: 'create-then-forget' }],
]);

function importingOf(field: PlanField | undefined): Importing | undefined {
  return (
    field && {
      id: field.optionalText('id'),
      identity: field.value('identity'),
      isUnknown: field.flag('unknown'),
    }
  );
}

function checkOf(field: PlanField): Check {
  const address = field.object('address');
  return {
    address: address.optionalText('to_display') ?? '',
    kind: address.optionalText('kind') ?? '',
    status: field.text('status'),
    instances: field.objects('instances').map((one) => ({
      address: one.optionalObject('address')?.optionalText('to_display') ?? '',
      status: one.text('status'),
      problems: one.objects('problems').map((problem) => problem.text('message')),
    })),
  };
}

function priorStateOf(field: PlanField | undefined): Plan['priorState'] {
  return (
    field && {
      terraformVersion: field.optionalText('terraform_version'),
      serial: field.optionalNumber('serial'),
      lineage: field.optionalText('lineage'),
    }
  );
}
