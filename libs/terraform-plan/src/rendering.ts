import type { Plan } from './plan.ts';
import { markdownOf } from './plan-markdown.ts';
import { textOfView } from './plan-text.ts';
import { viewOf } from './plan-view.ts';
import { redactPlan } from './redaction.ts';

/** The program whose comments a text in Markdown is for. All but `plain` show `<details>`. */
export type Forge = 'github' | 'gitlab' | 'azure-devops' | 'plain';

/** How a plan is shown. */
export interface RenderOptions {
  /** `text` for terminals, `markdown` for comments. */
  readonly form: 'text' | 'markdown';
  /** Stands in the first line; `Terraform plan` when it is left out. */
  readonly title?: string;
  /** For Markdown; `github` when it is left out. */
  readonly forge?: Forge;
  /** At least 2,000; by default 65,536 for Markdown, which is what GitHub takes, and any number for text. */
  readonly charactersMax?: number;
}

/** The longest comment that GitHub takes; GitLab takes 1,000,000 characters and Azure DevOps 150,000. */
const commentMax = 65_536;
const charactersMin = 2_000;

/**
 * A plan as people read it: what is deleted first, each changed attribute in one line, nothing that stays as it is.
 * Secrets are hidden, whether the plan was redacted before or not. What does not fit is left out by whole resources, and
 * the last line says what.
 * @throws RangeError when `charactersMax` is less than 2,000
 */
export function renderPlan(plan: Plan, options: RenderOptions): string {
  const { form, title = 'Terraform plan', forge = 'github' } = options;
  const charactersMax =
    options.charactersMax ?? (form === 'markdown' ? commentMax : Number.POSITIVE_INFINITY);
  if (!(charactersMax >= charactersMin)) {
    throw new RangeError(`charactersMax: expected at least ${charactersMin}, found ${charactersMax}`);
  }
  const view = viewOf(redactPlan(plan));
  return form === 'text'
    ? textOfView(view, title, charactersMax)
    : markdownOf(view, title, { hasDetails: forge !== 'plain', charactersMax });
}
