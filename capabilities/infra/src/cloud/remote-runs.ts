import {
  equalJson,
  type HttpReply,
  type HttpRequest,
  isConflict,
  isObject,
  type Run,
  runs,
  StatusError,
} from '@plinth/kernel';
import { addressesMax, addressTextMax, listedRunsMax, logChunkBytesMax } from '../limits.ts';
import { type Stack, stackLabel } from '../stack/stack-fields.ts';
import type { RemoteOptions, StackMode } from '../stack/stack-job.ts';
import { stackRunDefinition } from '../stack/stack-run-definition.ts';
import { type RemoteName, remoteId, remoteObject, remoteOf, workspaceOf } from './cloud-ids.ts';
import { applyResource, type CloudServices, configurationResource, stateAt } from './cloud-services.ts';
import {
  document,
  flagOf,
  invalid,
  type Resource,
  readResource,
  relatedIn,
  type SentResource,
  textsOf,
} from './json-api.ts';
import {
  applyResourceOf,
  planResource,
  policyCheckResource,
  runResource,
  type ToldRun,
} from './remote-resources.ts';
import { remoteView } from './remote-run.ts';
import { remoteNameOf, remoteRunAt, remoteRunsOf, stackAt } from './remote-stacks.ts';
import { applyLog, planLog, policyText } from './remote-texts.ts';
import { workspaceNamed, workspaceResource } from './workspaces.ts';

/** The right to start a run is that of the workspace that the body names. */
export async function createRun(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const named = remoteOf(relatedIn(request.body, 'configuration-version'));
  const workspace = workspaceOf(relatedIn(request.body, 'workspace'));
  const { namespace, name } = workspace;
  const at = { namespace, name };
  if (!request.may({ verb: 'create', resource: configurationResource, at })) {
    throw new StatusError(404, 'NotFound', 'there is no such workspace for you: you may not upload to it');
  }
  const sent = readResource(request.body, 'runs');
  const { stack, parts } = stackAt(services, workspace);
  if (named.namespace !== namespace || named.name !== name) {
    throw invalid('configuration-version', 'expected a configuration that was uploaded to this workspace');
  }
  const configuration = parts.configurations.find(remoteObject(named));
  if (!configuration) throw invalid('configuration-version', 'it is not there, or has not been uploaded yet');
  const remote = optionsOf(sent, configuration.spec.speculative, stack);
  if (remote.until !== 'plan' && !request.may({ verb: 'create', resource: applyResource, at })) {
    throw new StatusError(
      403,
      'Forbidden',
      `you may plan ${namespace}/${name}, and not apply it: that takes the right to create stacks/applies in the group infra.plinth.dev`,
    );
  }
  const run = await startRun(services, request, named, stack, {
    mode: modeOf(sent),
    revision: configuration.spec.revision,
    remote,
  });
  return runReply(services, request, run, 201);
}

async function startRun(
  services: CloudServices,
  request: HttpRequest,
  named: RemoteName,
  { apiVersion, kind, metadata }: Stack,
  job: { readonly mode: StackMode; readonly revision: string; readonly remote: RemoteOptions },
): Promise<Run> {
  const { namespace, name } = remoteObject(named);
  const { username, groups } = request.user;
  const input = { ...job, stack: metadata.name, configuration: name };
  await request.enter('run', { run: remoteId('run', named), mode: job.mode, until: job.remote.until });
  try {
    return await services.runs.enqueue({
      definition: stackRunDefinition.name,
      name,
      namespace,
      input,
      labels: { [stackLabel]: metadata.name },
      owner: { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true },
      requestedBy: { username, groups },
    });
  } catch (error) {
    // The same once more, after an answer that got lost.
    if (!isConflict(error)) throw error;
    const known = remoteRunAt(services, named);
    if (equalJson(known.spec.input, input)) return known;
    throw new StatusError(
      409,
      'Conflict',
      'the configuration has had its run, which asked for something else; upload it again for another one',
    );
  }
}

/** @throws StatusError 422 naming what is not done here, and what to do instead */
function optionsOf(sent: SentResource, isSpeculative: boolean, { metadata }: Stack): RemoteOptions {
  const { attributes } = sent;
  const stack = `Stack ${metadata.namespace ?? ''}/${metadata.name}`;
  const { variables = [] } = attributes;
  if (Array.isArray(variables) && variables.length > 0) {
    const keys = variables.map((one) => (isObject(one) ? String(one['key']) : ''));
    const names = keys.sort().join(', ');
    throw invalid(
      'variables',
      `values on the command line (${names}) are not taken: put them into spec.variables of ${stack}, or into a file *.auto.tfvars of the ` +
        'directory; -var, -var-file and TF_VAR_ hold where Terraform runs',
    );
  }
  if (flagOf(sent, 'allow-config-generation') === true) {
    throw invalid(
      'allow-config-generation',
      'run terraform plan -generate-config-out without the cloud block',
    );
  }
  const limits = { countMax: addressesMax, charactersMax: addressTextMax };
  const targets = textsOf(sent, 'target-addrs', limits);
  const replaces = textsOf(sent, 'replace-addrs', limits);
  const isPlan = isSpeculative || flagOf(sent, 'plan-only') === true;
  return {
    until: isPlan ? 'plan' : flagOf(sent, 'auto-apply') === true ? 'apply' : 'confirm',
    ...(flagOf(sent, 'save-plan') === true ? { saved: true } : {}),
    ...(flagOf(sent, 'refresh') === false ? { refresh: false } : {}),
    ...(targets.length > 0 ? { targets } : {}),
    ...(replaces.length > 0 ? { replaces } : {}),
  };
}

function modeOf(sent: SentResource): StackMode {
  if (flagOf(sent, 'is-destroy') === true) return 'destroy';
  return flagOf(sent, 'refresh-only') === true ? 'refresh' : 'apply';
}

export function showRun(services: CloudServices, request: HttpRequest): HttpReply {
  return runReply(services, request, remoteRunAt(services, runNamed(request)), 200);
}

function runReply(services: CloudServices, request: HttpRequest, run: Run, status: number): HttpReply {
  const told = toldRun(services, run);
  const { stack } = stackAt(services, told.name);
  const state = services.states.get(told.name);
  const included = [
    planResource(services, request, told, stack.spec),
    ...(state ? [workspaceResource(services, state, request)] : []),
  ];
  return document(runResource(services, told, request), { status, included });
}

/** The runs of a workspace that somebody may read, the newest first. */
export function listRuns(services: CloudServices, request: HttpRequest): HttpReply {
  const name = workspaceNamed(request);
  stateAt(services, name);
  const mayRead = ({ metadata }: Run): boolean => {
    const at = { namespace: name.namespace, name: metadata.name };
    return request.may({ verb: 'get', group: runs.group, resource: runs.resource, at });
  };
  const found = remoteRunsOf(services, name).filter(mayRead).slice(0, listedRunsMax);
  return listReply(found.map((run) => runResource(services, toldRun(services, run), request)));
}

/** What waits in an organization for a worker: nothing waits for one longer than for its turn in the workspace. */
export function listQueue(): HttpReply {
  return listReply([]);
}

/** What happened to a run that a client warns of: nothing, as policies are those of the plan. */
export function listRunEvents(services: CloudServices, request: HttpRequest): HttpReply {
  remoteRunAt(services, runNamed(request));
  return document([]);
}

function listReply(found: readonly Resource[]): HttpReply {
  const pagination = {
    'current-page': 1,
    'page-size': listedRunsMax,
    'prev-page': null,
    'next-page': null,
    'total-pages': 1,
    'total-count': found.length,
  };
  return document(found, { meta: { pagination } });
}

/** Says yes to a plan. Where others have to approve it, that is heard, and they are waited for. @throws StatusError 409 */
export async function confirmRun(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { name, run, view } = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { parts } = stackAt(services, name);
  const { username } = request.user;
  if (view.waitsFor === undefined) throw notWaiting(run, view.status);
  if (view.waitsFor === 'approve' && run.spec.requestedBy?.username !== username) {
    const { namespace } = name;
    throw new StatusError(
      409,
      'Conflict',
      `the plan waits for approval, which is given to exactly that plan: plinth approve run/${run.metadata.name} -n ${namespace}`,
    );
  }
  await request.enter('confirm', { run: remoteId('run', name) });
  const confirmed = { by: username, at: at(services) };
  await parts.configurations.tell(remoteObject(name), { confirmed });
  return accepted;
}

/** Says no to a plan. @throws StatusError 403, 409 */
export async function discardRun(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { name, run, view } = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { parts } = stackAt(services, name);
  requireOwn(request, name, run);
  if (view.waitsFor === undefined) throw notWaiting(run, view.status);
  await request.enter('discard', { run: remoteId('run', name) });
  const discarded = { by: request.user.username, at: at(services) };
  await parts.configurations.tell(remoteObject(name), { discarded });
  await services.client.patch(runs, remoteObject(name), { spec: { cancel: true } });
  return accepted;
}

/** Ends a run; a program that applies ends in order, and its state is kept. @throws StatusError 403, 409 */
export async function cancelRun(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { name, run, view } = toldRun(services, remoteRunAt(services, runNamed(request)));
  requireOwn(request, name, run);
  if (view.isOver) throw notWaiting(run, view.status);
  await request.enter('cancel', { run: remoteId('run', name) });
  await services.client.patch(runs, remoteObject(name), { spec: { cancel: true } });
  return accepted;
}

const accepted: HttpReply = { status: 202, contentType: 'application/vnd.api+json', body: '' };

function at({ clock }: CloudServices): string {
  return new Date(clock.now()).toISOString();
}

/** Runs of others take the right to change runs. @throws StatusError 403 */
function requireOwn({ user, may }: HttpRequest, name: RemoteName, run: Run): void {
  if (run.spec.requestedBy?.username === user.username) return;
  if (may({ verb: 'update', group: runs.group, resource: runs.resource, at: remoteObject(name) })) return;
  throw new StatusError(
    403,
    'Forbidden',
    `run ${run.metadata.name} is not yours, and you may not update runs`,
  );
}

function notWaiting({ metadata }: Run, status: string): StatusError {
  return new StatusError(409, 'Conflict', `run ${metadata.name} is ${status}, and waits for nobody`);
}

export function showPlan(services: CloudServices, request: HttpRequest): HttpReply {
  const told = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { stack } = stackAt(services, told.name);
  return document(planResource(services, request, told, stack.spec));
}

/** The plan in the format of `terraform show -json`, without secrets. @throws StatusError 404 when it is not there, or no more */
export async function planJson(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { name, run, configuration, view } = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { parts } = stackAt(services, name);
  const plan = configuration?.status?.plan;
  if (!plan || view.plan !== 'finished') throw new StatusError(404, 'NotFound', 'there is no plan yet');
  try {
    const body = await parts.work.view(run.metadata.uid, plan.view);
    await request.enter('read', { run: run.metadata.name });
    return { status: 200, contentType: 'application/json', body };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StatusError(404, 'NotFound', 'the plan is not kept any more', undefined, error);
  }
}

/** A plan for Terraform to draw takes the schemas of its providers, which are not kept. @throws StatusError 422, always */
export function planForDrawing(services: CloudServices, request: HttpRequest): HttpReply {
  const { namespace, name } = runNamed(request);
  const run = remoteRunAt(services, runNamed(request)).metadata.name;
  throw new StatusError(
    422,
    'Invalid',
    `Plinth draws its plans itself: kubectl get --raw "/terraform/stacks/${namespace}/${name}/plan?run=${run}" shows it, and ` +
      'terraform show -json prints it as JSON',
  );
}

export function showApply(services: CloudServices, request: HttpRequest): HttpReply {
  const told = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { stack } = stackAt(services, told.name);
  return document(applyResourceOf(services, request, told, stack.spec));
}

export function showPolicyCheck(services: CloudServices, request: HttpRequest): HttpReply {
  return document(policyCheckResource(toldRun(services, remoteRunAt(services, runNamed(request)))));
}

export function policyOutput(services: CloudServices, request: HttpRequest): HttpReply {
  const { configuration } = toldRun(services, remoteRunAt(services, runNamed(request)));
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: policyText(configuration) };
}

/** A piece of a log, by the places of its bytes. */
export async function readLog(
  services: CloudServices,
  request: HttpRequest,
  which: 'plan' | 'apply',
): Promise<HttpReply> {
  const told = toldRun(services, remoteRunAt(services, runNamed(request)));
  const { parts } = stackAt(services, told.name);
  const { transcripts } = services;
  const whole = await { plan: planLog, apply: applyLog }[which]({ ...told, transcripts, parts });
  const number = (name: string, otherwise: number): number => {
    const text = request.query.get(name) ?? String(otherwise);
    if (/^\d{1,12}$/.test(text)) return Number(text);
    throw new StatusError(400, 'BadRequest', `${name}: expected a whole number`);
  };
  const from = number('offset', 0);
  const body = whole.subarray(from, from + Math.min(number('limit', logChunkBytesMax), logChunkBytesMax));
  return { status: 200, contentType: 'text/plain; charset=utf-8', body, isRaw: true };
}

function toldRun(services: CloudServices, run: Run): ToldRun {
  const name = remoteNameOf(run);
  const configuration = services.stacks?.().configurations.find(remoteObject(name));
  return { name, run, configuration, view: remoteView(run, configuration) };
}

function runNamed({ parameters }: HttpRequest): RemoteName {
  const { run, plan, apply, check } = parameters;
  return remoteOf(run ?? plan ?? apply ?? check ?? '');
}
