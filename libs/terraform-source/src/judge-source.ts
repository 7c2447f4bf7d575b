import {
  type CompiledCheck,
  type Evaluation,
  type EvaluationOptions,
  evaluateInSteps,
  finish,
} from '@plinth/plan-policy';
import { type ResourceSchemas, type SourceFile, sourceView } from './source-view.ts';

/** What a judgement of source depends on beside files and checks. */
export interface SourceOptions extends EvaluationOptions {
  /** Of the types that are used. Of a type that is not here nothing is known. */
  readonly schemas: ResourceSchemas;
}

/**
 * What checks say of the files of one module before there is a plan. A verdict is that of the plan, or `unknown` where the source
 * cannot tell; a resource whose count or for_each nobody knows may not be there, so that nothing is wrong with it for certain.
 * @throws SourceError for a text that is no HCL, and for names that the schema does not have
 */
export async function judgeSource(
  files: readonly SourceFile[],
  checks: readonly CompiledCheck[],
  { schemas, ...options }: SourceOptions,
): Promise<Evaluation> {
  return finish(evaluateInSteps(checks, await sourceView(files, schemas), options));
}
