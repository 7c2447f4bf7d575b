import { createHash } from 'node:crypto';
import { quote } from '@plinth/go-format';
import { expandTemplate, type Labels } from '@plinth/prometheus-model';
import { type Matcher, RE2JS } from 're2js';
import { LabelBuilder } from './label-builder.ts';
import { toLowerCase, toUpperCase } from './letter-case.ts';
import { RelabelError } from './relabel-error.ts';

const actions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

type Action = (typeof actions)[number];

/** A rule as it is written; what is absent has the default of Prometheus. */
export interface RelabelFields {
  /** The labels whose values are joined to the source. */
  readonly sourceLabels?: readonly string[];
  /** What stands between them; `;`. */
  readonly separator?: string;
  /** RE2 that the whole source has to match; `(.*)`. */
  readonly regex?: string;
  /** For `hashmod`. */
  readonly modulus?: number;
  /** The label that is written; `replace` fills in groups. */
  readonly targetLabel?: string;
  /** The value that is written, with groups filled in; `$1`. */
  readonly replacement?: string;
  /** In any case; `replace`. */
  readonly action?: string;
}

const defaults = { separator: ';', regex: '(.*)', replacement: '$1' } as const;

const targeting: readonly Action[] = [
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
];
const comparing: readonly Action[] = ['keepequal', 'dropequal'];
const choosing: readonly Action[] = ['labeldrop', 'labelkeep'];

/**
 * One step of relabeling. Label names are of any characters, as UTF-8 has them. Spec: Prometheus 3.14, model/relabel.
 *
 * @example
 * const rule = new RelabelRule({ sourceLabels: ['job'], regex: 'a(.*)', targetLabel: 'b', replacement: 'x$1' });
 * relabelAll(Labels.of({ job: 'abc' }), [rule])?.get('b'); // 'xbc'
 */
export class RelabelRule {
  readonly #action: Action;
  readonly #sourceLabels: readonly string[];
  readonly #separator: string;
  readonly #regex: RE2JS;
  readonly #modulus: bigint;
  readonly #targetLabel: string;
  readonly #replacement: string;

  /** @throws RelabelError */
  constructor(fields: RelabelFields) {
    this.#action = actionOf(fields.action);
    this.#regex = compiled(fields.regex ?? defaults.regex);
    this.#sourceLabels = fields.sourceLabels ?? [];
    this.#separator = fields.separator ?? defaults.separator;
    this.#modulus = BigInt(fields.modulus ?? 0);
    this.#targetLabel = fields.targetLabel ?? '';
    this.#replacement = fields.replacement ?? defaults.replacement;
    this.#check(fields);
  }

  /** Changes labels. @returns whether they are kept; false: all of them are dropped, and no rule comes after it */
  apply(labels: LabelBuilder): boolean {
    const source = this.#sourceLabels.map((name) => labels.get(name)).join(this.#separator);
    switch (this.#action) {
      case 'drop':
        return !this.#matches(source);
      case 'keep':
        return this.#matches(source);
      case 'dropequal':
        return labels.get(this.#targetLabel) !== source;
      case 'keepequal':
        return labels.get(this.#targetLabel) === source;
      case 'replace':
        this.#replace(source, labels);
        return true;
      case 'lowercase':
        labels.set(this.#targetLabel, toLowerCase(source));
        return true;
      case 'uppercase':
        labels.set(this.#targetLabel, toUpperCase(source));
        return true;
      case 'hashmod':
        labels.set(this.#targetLabel, (hashOf(source) % this.#modulus).toString());
        return true;
      default:
        this.#eachName(labels);
        return true;
    }
  }

  #replace(source: string, labels: LabelBuilder): void {
    const match = this.#match(source);
    if (!match) return;
    const target = expandTemplate(this.#targetLabel, match);
    if (isLabelName(target)) labels.set(target, expandTemplate(this.#replacement, match));
  }

  #eachName(labels: LabelBuilder): void {
    for (const [name, value] of labels.entries()) {
      const match = this.#match(name);
      if (this.#action === 'labelmap') {
        if (match) labels.set(this.#renamed(name, match), value);
      } else if (Boolean(match) === (this.#action === 'labeldrop')) labels.delete(name);
    }
  }

  /** What the pattern leaves out of the name, which it can when a part of it is not bound to the ends, stays. */
  #renamed(name: string, match: Matcher): string {
    let renamed = '';
    let from = 0;
    do {
      renamed += name.slice(from, match.start()) + expandTemplate(this.#replacement, match);
      from = match.end();
    } while (match.find());
    return renamed + name.slice(from);
  }

  #matches(text: string): boolean {
    return this.#match(text) !== undefined;
  }

  #match(text: string): Matcher | undefined {
    const matcher = this.#regex.matcher(text);
    return matcher.find() ? matcher : undefined;
  }

  #check(fields: RelabelFields): void {
    const action = this.#action;
    const target = this.#targetLabel;
    if (action === 'hashmod' && this.#modulus === 0n) {
      throw new RelabelError('relabel configuration for hashmod requires non-zero modulus');
    }
    if (targeting.includes(action) && target === '') {
      throw new RelabelError(`relabel configuration for ${action} action requires 'target_label' value`);
    }
    if (targeting.includes(action) && !isLabelName(target)) {
      throw new RelabelError(`${quote(target)} is invalid 'target_label' for ${action} action`);
    }
    const replaces = this.#replacement !== defaults.replacement;
    const isFolding = action === 'lowercase' || action === 'uppercase';
    if ((isFolding || comparing.includes(action)) && replaces) {
      throw new RelabelError(`'replacement' can not be set for ${action} action`);
    }
    if (action === 'labelmap' && !isLabelName(this.#replacement)) {
      throw new RelabelError(`${quote(this.#replacement)} is invalid 'replacement' for ${action} action`);
    }
    const isMore = this.#modulus !== 0n || this.#separator !== defaults.separator || replaces;
    if (comparing.includes(action) && (isMore || fields.regex !== undefined)) {
      throw new RelabelError(
        `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`,
      );
    }
    if (choosing.includes(action) && (isMore || fields.sourceLabels !== undefined || target !== '')) {
      throw new RelabelError(`${action} action requires only 'regex', and no other fields`);
    }
  }
}

/** Applies rules one after the other. @returns undefined when a rule drops the labels */
export function relabelAll(labels: Labels, rules: readonly RelabelRule[]): Labels | undefined {
  if (rules.length === 0) return labels;
  const builder = new LabelBuilder(labels);
  return rules.every((rule) => rule.apply(builder)) ? builder.labels() : undefined;
}

/** @throws RelabelError */
function actionOf(written: string | undefined): Action {
  if (written === undefined) return 'replace';
  const lower = written.toLowerCase();
  const action = actions.find((one) => one === lower);
  if (!action) throw new RelabelError(`unknown relabel action ${quote(written)}`);
  return action;
}

/** @throws RelabelError */
function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RelabelError(reason, { cause: error });
  }
}

/** Any text in UTF-8 but the empty one. */
function isLabelName(name: string): boolean {
  return name !== '' && name.isWellFormed();
}

/** The last 64 bits of the MD5 sum. */
function hashOf(text: string): bigint {
  return createHash('md5').update(text).digest().readBigUInt64BE(8);
}
