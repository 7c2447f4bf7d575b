import {
  type Client,
  type HttpProtocol,
  type HttpReply,
  type HttpRequest,
  StatusError,
} from '@plinth/kernel';
import { parsePlan, planChanges, renderPlan } from '@plinth/terraform-plan';
import { costLine } from './plan-cost.ts';
import { isStack, type Stack, type StackPlan, shortRevision, stacks } from './stack-fields.ts';
import { stackPath } from './stack-path.ts';
import type { StackWork } from './stack-work.ts';

const forges = ['github', 'gitlab', 'azure-devops', 'plain'] as const;
const forms = ['text', 'markdown', 'json', 'changes'] as const;

/**
 * The plans of stacks: as people read them at terminals and in comments on pull requests, for pages that show them, and as
 * Terraform writes them. Without secrets.
 */
export function stackProtocol(client: Client, work: StackWork): HttpProtocol {
  return {
    ...stackPath,
    endpoints: [
      {
        methods: ['GET'],
        path: `${stackPath.prefix}/{namespace}/{name}/plan`,
        access: {
          verb: 'get',
          resource: `${stacks.resource}/plan`,
          object: ({ namespace = '', name = '' }) => ({ namespace, name }),
        },
        bodyBytesMax: 0,
        handle: (request) => showPlan(request, client, work),
      },
    ],
    refuse: ({ code, message }) => ({
      status: code,
      contentType: 'text/plain; charset=utf-8',
      body: `${message}\n`,
    }),
  };
}

async function showPlan(request: HttpRequest, client: Client, work: StackWork): Promise<HttpReply> {
  const { namespace = '', name = '' } = request.parameters;
  const { query } = request;
  const form = choiceOf(query, 'form', forms);
  const forge = choiceOf(query, 'forge', forges);
  const stack = client.get(stacks, { namespace, name });
  if (!isStack(stack)) throw new StatusError(404, 'NotFound', `there is no Stack ${namespace}/${name}`);
  const kept = planOf(stack, query.get('run'));
  const { run, uid, revision, view } = kept;
  const redacted = await work.view(uid, view);
  await request.enter('read', { run });
  if (form === 'json') return { status: 200, contentType: 'application/json', body: redacted };
  if (form === 'changes') {
    const { digest, plan } = kept;
    const changes = planChanges(parsePlan(redacted));
    const body = JSON.stringify({ namespace, stack: name, run, revision, digest, ...toldOf(plan), changes });
    return { status: 200, contentType: 'application/json', body };
  }
  const title = `Stack ${namespace}/${name} at ${shortRevision(revision)}`;
  const rendered = renderPlan(parsePlan(redacted), { form, forge, title });
  const body = `${rendered}${costLine(kept.plan?.cost, form)}`;
  const contentType = form === 'markdown' ? 'text/markdown; charset=utf-8' : 'text/plain; charset=utf-8';
  return { status: 200, contentType, body };
}

/** What is known of the newest plan alone; the runs of older ones tell it, while they are kept. */
function toldOf(
  plan: StackPlan | undefined,
): Partial<Pick<StackPlan, 'at' | 'stateSerial' | 'programVersion' | 'policy' | 'cost'>> {
  if (!plan) return {};
  const { at, stateSerial, programVersion, policy, cost } = plan;
  return {
    at,
    programVersion,
    policy,
    ...(stateSerial === undefined ? {} : { stateSerial }),
    ...(cost ? { cost } : {}),
  };
}

/** A plan that is kept. */
interface KeptPlan extends Pick<StackPlan, 'run' | 'revision' | 'view'> {
  readonly uid: string;
  readonly digest: string | undefined;
  /** All that is told of it, when it is the newest one. */
  readonly plan: StackPlan | undefined;
}

/** @param run the run that made the plan; null for the newest one. @throws StatusError 404 */
function planOf({ status = {} }: Stack, run: string | null): KeptPlan {
  const { plan, history = [] } = status;
  if (plan && (run === null || run === plan.run)) return { ...plan, uid: plan.runUid, plan };
  const past = history.find((one) => one.run === run);
  if (past?.view) return { ...past, digest: past.digest, view: past.view, plan: undefined };
  const known = [...new Set([plan?.run, ...history.filter(({ view }) => view).map((one) => one.run)])].filter(
    (one) => one !== undefined,
  );
  const which = known.length === 0 ? 'no plan has been made yet' : `plans are kept of ${known.join(', ')}`;
  throw new StatusError(404, 'NotFound', run === null ? which : `there is no plan of run ${run}; ${which}`);
}

/** @throws StatusError 400 */
function choiceOf<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = query.get(name);
  const found = text === null ? choices[0] : choices.find((one) => one === text);
  if (found !== undefined) return found;
  throw new StatusError(
    400,
    'BadRequest',
    `${name}: expected ${choices.join(', ')}, found ${JSON.stringify(text?.slice(0, 80))}`,
  );
}
