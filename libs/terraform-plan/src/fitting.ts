import type { Block, Line, PlanView } from './plan-view.ts';

/** Sections as lines, with what did not fit counted. */
export interface Fitted {
  readonly sections: readonly FittedSection[];
  /** What was left out, as a sentence; undefined when everything fits. */
  readonly leftOut: string | undefined;
}

/** A section of which at least one resource fits. */
export interface FittedSection {
  readonly title: string;
  readonly lines: readonly string[];
}

/** How lines are written, and what they cost. */
export interface LineForm {
  header(line: Line): string;
  line(line: Line): string;
  /** Characters that a section has around its lines. */
  sectionCost(title: string): number;
}

/**
 * As many resources as fit, in their order: first with their attributes, from the first one on that does not fit without,
 * then not at all.
 * @param charactersMax for all sections together
 */
export function fit({ sections }: PlanView, form: LineForm, charactersMax: number): Fitted {
  let left = charactersMax;
  let detail: 'whole' | 'header' | 'none' = 'whole';
  let shortened = 0;
  const missing: string[] = [];
  const fitted: FittedSection[] = [];
  for (const { title, blocks } of sections) {
    const heading = `${title}: ${blocks.length}`;
    const lines: string[] = [];
    let shown = 0;
    left -= form.sectionCost(heading);
    for (const block of blocks) {
      if (detail === 'whole' && costOf(linesOf(block, form)) > left) detail = 'header';
      const taken = detail === 'whole' ? linesOf(block, form) : headerOf(block, form);
      if (detail === 'header' && costOf(taken) > left) detail = 'none';
      if (detail === 'none') break;
      if (detail === 'header') shortened++;
      left -= costOf(taken);
      lines.push(...taken);
      shown++;
    }
    if (shown > 0) fitted.push({ title: heading, lines });
    if (shown < blocks.length) missing.push(`${blocks.length - shown} of ${blocks.length} under “${title}”`);
  }
  const parts = [
    ...(shortened > 0 ? [`the attributes of ${shortened}`] : []),
    ...(missing.length > 0 ? missing : []),
  ];
  return {
    sections: fitted,
    leftOut: parts.length > 0 ? `Left out for length: ${parts.join(', ')}.` : undefined,
  };
}

/** Characters of lines with their ends. */
function costOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** A block without a header is as good as its lines: they stand where headers stand. */
function linesOf({ header, lines }: Block, form: LineForm): string[] {
  return header
    ? [form.header(header), ...lines.map((line) => form.line(line))]
    : lines.map((line) => form.header(line));
}

function headerOf({ header, lines }: Block, form: LineForm): string[] {
  return (header ? [header] : lines.slice(0, 1)).map((line) => form.header(line));
}
