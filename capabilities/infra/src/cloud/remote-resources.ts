import { type HttpRequest, type Run, runs } from '@plinth/kernel';
import type { ConfigurationVersion } from '../stack/configuration-version-kind.ts';
import type { StackSpec } from '../stack/stack-fields.ts';
import { isApplying, jobOf } from '../stack/stack-plan.ts';
import { msOf } from '../stack/stack-work.ts';
import { addressOf } from './address.ts';
import { type RemoteName, remoteId, remoteObject, workspaceId } from './cloud-ids.ts';
import { cloudPath } from './cloud-path.ts';
import { applyResource, type CloudServices, configurationResource } from './cloud-services.ts';
import type { Resource } from './json-api.ts';
import { isAsked, type RemoteView, remoteOf } from './remote-run.ts';

/** What a run is told from. */
export interface ToldRun {
  readonly name: RemoteName;
  readonly run: Run;
  readonly configuration: ConfigurationVersion | undefined;
  readonly view: RemoteView;
}

/** A run. Spec: Terraform Enterprise API, Run. */
export function runResource(services: CloudServices, told: ToldRun, request: HttpRequest): Resource {
  const { name, run, view } = told;
  const { mode } = jobOf(run);
  const { until, saved = false, refresh = true, targets = [], replaces = [] } = remoteOf(run);
  const to = (kind: 'cv' | 'plan' | 'apply' | 'polchk', type: string): { id: string; type: string } => ({
    id: remoteId(kind, name),
    type,
  });
  return {
    id: remoteId('run', name),
    type: 'runs',
    attributes: {
      status: runStatus(services, told),
      message: '',
      source: 'tfe-api',
      'auto-apply': until === 'apply',
      'plan-only': until === 'plan',
      'save-plan': saved,
      'is-destroy': mode === 'destroy',
      'refresh-only': mode === 'refresh',
      refresh,
      'target-addrs': targets,
      'replace-addrs': replaces,
      'has-changes': view.hasChanges,
      'created-at': run.metadata.creationTimestamp,
      actions: {
        'is-cancelable': !view.isOver,
        'is-confirmable': view.isConfirmable,
        'is-discardable': view.waitsFor !== undefined,
        'is-force-cancelable': false,
      },
      permissions: permissionsOf(told, request),
    },
    relationships: {
      workspace: { data: { id: workspaceId(name), type: 'workspaces' } },
      'configuration-version': { data: to('cv', 'configuration-versions') },
      plan: { data: to('plan', 'plans') },
      apply: { data: to('apply', 'applies') },
      'policy-checks': { data: hasFindings(told) ? [to('polchk', 'policy-checks')] : [] },
      'task-stages': { data: [] },
    },
  };
}

function permissionsOf({ name, run, view }: ToldRun, { may, user }: HttpRequest): Record<string, boolean> {
  const at = { namespace: name.namespace, name: name.name };
  const isOwn = run.spec.requestedBy?.username === user.username;
  const mayApply = may({ verb: 'create', resource: applyResource, at });
  const mayCancel =
    (isOwn && may({ verb: 'create', resource: configurationResource, at })) ||
    may({ verb: 'update', group: runs.group, resource: runs.resource, at: remoteObject(name) });
  return {
    // Who asked for it cannot approve it.
    'can-apply': mayApply && !(isOwn && view.waitsFor === 'approve'),
    'can-cancel': mayCancel,
    'can-discard': mayCancel,
    'can-force-cancel': false,
    'can-force-execute': false,
  };
}

/** A plan, and where its log is. Spec: Terraform Enterprise API, Plans. */
export function planResource(
  services: CloudServices,
  request: HttpRequest,
  { name, run, view }: ToldRun,
  spec: StackSpec,
): Resource {
  const lifetimeMs = msOf(spec.planTimeout) + waitMs(spec);
  return {
    id: remoteId('plan', name),
    type: 'plans',
    attributes: {
      status:
        isGoingOn(view.plan) || services.lateEnds.ofLog(run.metadata.uid, 'plan') ? view.plan : 'running',
      'has-changes': view.hasChanges,
      'generated-configuration': false,
      'log-read-url': logUrl(services, request, `/plans/${remoteId('plan', name)}/log`, lifetimeMs),
    },
  };
}

/** An apply, and where its log is. Spec: Terraform Enterprise API, Applies. */
export function applyResourceOf(
  services: CloudServices,
  request: HttpRequest,
  { name, run, view }: ToldRun,
  spec: StackSpec,
): Resource {
  const lifetimeMs = msOf(spec.applyTimeout) + waitMs(spec);
  return {
    id: remoteId('apply', name),
    type: 'applies',
    attributes: {
      status:
        isGoingOn(view.apply) || services.lateEnds.ofLog(run.metadata.uid, 'apply') ? view.apply : 'running',
      'log-read-url': logUrl(services, request, `/applies/${remoteId('apply', name)}/log`, lifetimeMs),
    },
  };
}

/** What policies said of a plan. Spec: Terraform Enterprise API, Policy Checks. */
export function policyCheckResource({ name, configuration }: ToldRun): Resource {
  const { verdict = '', denied = 0, warned = 0 } = configuration?.status?.plan?.policy ?? {};
  const isAllowed = verdict === 'allowed';
  return {
    id: remoteId('polchk', name),
    type: 'policy-checks',
    attributes: {
      status: isAllowed ? 'passed' : 'hard_failed',
      scope: 'organization',
      actions: { 'is-overridable': false },
      permissions: { 'can-override': false },
      result: {
        result: isAllowed,
        passed: 0,
        'total-failed': denied + warned,
        'hard-failed': denied,
        'soft-failed': 0,
        'advisory-failed': warned,
      },
    },
    relationships: { run: { data: { id: remoteId('run', name), type: 'runs' } } },
  };
}

function isGoingOn(status: RemoteView['plan' | 'apply']): boolean {
  return status === 'pending' || status === 'running';
}

function runStatus({ lateEnds }: CloudServices, { run, view }: ToldRun): RemoteView['status'] {
  const hasFailed = view.status === 'errored' || view.status === 'canceled';
  const hasLog = view.isOver && (isAsked(run) || isApplying(run));
  return hasFailed && hasLog && !lateEnds.ofRun(run.metadata.uid) ? 'applying' : view.status;
}

function hasFindings({ configuration, view }: ToldRun): boolean {
  return view.plan === 'finished' && (configuration?.status?.plan?.policy.findings ?? []).length > 0;
}

/** A client follows a log under one URL, however long people take to decide. What it may is asked each time. */
function waitMs({ approval }: StackSpec): number {
  return 2 * msOf(approval.expiresAfter);
}

function logUrl(services: CloudServices, request: HttpRequest, below: string, lifetimeMs: number): string {
  const path = `${cloudPath.prefix}${below}`;
  const { user } = request;
  const signed = services.urls.sign({ method: 'GET', path, user, lifetimeMs, inPath: true });
  return `${addressOf(request, services.tenant)}${signed}`;
}
