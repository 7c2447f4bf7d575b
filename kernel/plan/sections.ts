import type { KubeObject } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
import type { JudgedChange } from './evaluation.ts';
import { sectionLinesMax, sectionMsMax } from './limits.ts';
import { isSecretKind } from './object-state.ts';
import type { PlanSectionStatus } from './plan-kind.ts';

/** One change of a plan as a section sees it. Values of Secrets are left out. */
export interface SectionChange {
  readonly operation: 'Create' | 'Update' | 'Delete';
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/** What a section works with. */
export interface SectionContext {
  readonly changes: readonly SectionChange[];
  /** Aborted when the section takes too long. */
  readonly signal: AbortSignal;
}

/** What a section says. */
export interface SectionResult {
  /** One sentence. */
  readonly summary: string;
  /** Whether it tells of something that is lost. */
  readonly destructive?: boolean;
  readonly lines?: readonly string[];
}

/** What a capability adds to every plan: costs, the plan of a tool, what is in reach of a failure. */
export interface PlanSection {
  /** Unique, in lower case. */
  readonly name: string;
  readonly title: string;
  /** @returns undefined when the section has nothing to say about these changes */
  evaluate(context: SectionContext): Promise<SectionResult | undefined>;
}

/** Evaluates all sections at once. One that fails or takes too long says so in its place; none is left out unseen. */
export async function evaluateSections(
  sections: readonly PlanSection[],
  judged: readonly JudgedChange[],
  clock: Clock,
): Promise<PlanSectionStatus[]> {
  const changes = judged.flatMap(sectionChange);
  if (changes.length === 0) return [];
  const results = await Promise.all(sections.map((one) => evaluateOne(one, changes, clock)));
  return results.filter((one) => one !== undefined);
}

async function evaluateOne(
  section: PlanSection,
  changes: readonly SectionChange[],
  clock: Clock,
): Promise<PlanSectionStatus | undefined> {
  const { name, title } = section;
  const abort = new AbortController();
  let cancel = (): void => {};
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(sectionMsMax, () => {
      const error = new Error(`it took more than ${sectionMsMax / 1000} s`);
      abort.abort(error);
      reject(error);
    });
  });
  try {
    const result = await Promise.race([section.evaluate({ changes, signal: abort.signal }), late]);
    if (!result) return undefined;
    const { summary, destructive, lines = [] } = result;
    const more = lines.length - sectionLinesMax;
    const shown = more > 0 ? [...lines.slice(0, sectionLinesMax), `and ${more} lines more`] : [...lines];
    return {
      name,
      title,
      summary,
      ...(destructive ? { destructive } : {}),
      ...(shown.length === 0 ? {} : { lines: shown }),
    };
  } catch (error) {
    return { name, title, error: error instanceof Error ? error.message : String(error) };
  } finally {
    cancel();
  }
}

function sectionChange({ operation, before, after }: JudgedChange): SectionChange[] {
  if (operation === 'None' || operation === 'Error') return [];
  return [
    {
      operation,
      ...(before ? { before: withoutSecrets(before) } : {}),
      ...(after ? { after: withoutSecrets(after) } : {}),
    },
  ];
}

function withoutSecrets(object: KubeObject): KubeObject {
  if (!isSecretKind(object.apiVersion, object.kind)) return object;
  const { data: _data, stringData: _text, ...rest } = object;
  const { annotations: _annotations, ...metadata } = object.metadata;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata };
}
