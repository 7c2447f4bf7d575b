import { GoMap, GoStruct, Template, TemplateError, type Value } from '@plinth/go-template';
import { type FloatHistogram, type Labels } from '@plinth/prometheus-model';
import { templateFunctions, vectorValue } from './template-functions.ts';
import type { QueryFunction } from './vector.ts';

/** What rules are evaluated for: set once for all of them. */
export interface ExternalSettings {
  /** Labels that the whole installation has. */
  readonly externalLabels: Readonly<Record<string, string>>;
  /** Where people find the installation. */
  readonly externalUrl: string;
}

/** What a template is about. */
export interface AlertData extends ExternalSettings {
  readonly labels: Labels;
  readonly value: number;
  readonly histogram?: FloatHistogram;
}

/** Variables that templates have beside their data. */
const definitions =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';
/** Queries that one template may ask. */
const queriesMax = 20;

/** Carries the text of a query out of a template: its answer is not known yet. */
class UnansweredQuery extends Error {
  readonly text: string;

  constructor(text: string) {
    super(`the answer to ${text} is not known`);
    this.text = text;
  }
}

/** Why a template cannot be read, in the words of Prometheus; undefined when it can. */
export function templateProblem(alert: string, text: string): string | undefined {
  try {
    compile(alert, text);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

function compile(alert: string, text: string): Template {
  return new Template(
    `__alert_${alert}`,
    definitions + text,
    templateFunctions({ timeMs: 0, externalUrl: '' }),
  );
}

/** A label or an annotation of an alerting rule. Spec: Prometheus 3.14, template. */
export class AlertTemplate {
  readonly #template: Template | undefined;
  readonly #text: string;

  /** @throws TemplateError */
  constructor(alert: string, text: string) {
    this.#text = text;
    // Most labels are plain text.
    this.#template = text.includes('{{') ? compile(alert, text) : undefined;
  }

  /**
   * Expands the template. What a query in it asks is found out first, so it is executed once more for each of them.
   * @returns the text, or the reason in its place when it fails
   */
  async expand(data: AlertData, query: QueryFunction, timeMs: number): Promise<string> {
    const template = this.#template;
    if (!template) return this.#text;
    const answers = new Map<string, Value>();
    const functions = {
      ...templateFunctions({ timeMs, externalUrl: data.externalUrl }),
      query: (text: Value): Value => {
        const asked = String(text);
        if (!answers.has(asked)) throw new UnansweredQuery(asked);
        return answers.get(asked);
      },
    };
    try {
      for (;;) {
        const outcome = attempt(() => template.execute(structOf(data), functions));
        if (typeof outcome === 'string') return outcome;
        if (answers.size >= queriesMax) throw new TemplateError(`more than ${queriesMax} queries`);
        answers.set(outcome.text, vectorValue(await query(outcome.text, timeMs)));
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return `<error expanding template: error executing template ${template.name}: ${error.message}>`;
    }
  }
}

/** @throws TemplateError */
function attempt(execute: () => string): string | UnansweredQuery {
  try {
    return execute();
  } catch (error) {
    const cause = error instanceof TemplateError ? error.cause : undefined;
    if (cause instanceof UnansweredQuery) return cause;
    throw error;
  }
}

function structOf({ labels, externalLabels, externalUrl, value, histogram }: AlertData): GoStruct {
  return new GoStruct(
    'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }',
    {
      Labels: GoMap.ofTexts(labels.toJSON()),
      ExternalLabels: GoMap.ofTexts(externalLabels),
      ExternalURL: externalUrl,
      Value: histogram ? String(histogram) : value,
    },
  );
}
