import { type FittedSection, fit, type LineForm } from './fitting.ts';
import type { PlanView } from './plan-view.ts';
import { printable } from './shown-value.ts';

/** What the forge and the caller allow. */
export interface MarkdownOptions {
  readonly hasDetails: boolean;
  readonly charactersMax: number;
}

/** What is kept free for the sentence about what was left out. */
const leftOutMax = 600;
/** Characters of a title. */
const titleMax = 100;
/** Sections of more lines are folded, except for what is destructive. */
const unfoldedMax = 30;
/** Characters around the lines of a section, beside its title and two fences. */
const sectionCost = 90;

/**
 * A view for a comment. All names and values stand in code, where neither HTML nor Markdown means anything, and where
 * nobody is mentioned and no issue is linked; fences are longer than any run of backticks within.
 * Spec: CommonMark 0.31, sections 4.5 (fenced code blocks), 6.1 (code spans) and 4.6 (HTML blocks).
 */
export function markdownOf(view: PlanView, title: string, options: MarkdownOptions): string {
  const { hasDetails, charactersMax } = options;
  const fence = '`'.repeat(Math.max(3, longestRun(view) + 1));
  const head = [`### ${escaped(printable(title).slice(0, titleMax))}: ${view.headline}`];
  let left = charactersMax - leftOutMax - (head[0]?.length ?? 0);
  for (const [i, { words, quote }] of view.notices.entries()) {
    const line = `${i === 0 ? '\n' : ''}- ${words}${quote === undefined ? '' : ` ${codeSpan(quote)}`}`;
    // Half of the room is for the changes themselves.
    if (line.length + 1 > left - charactersMax / 2) break;
    left -= line.length + 1;
    head.push(line);
  }
  const { sections, leftOut } = fit(view, formOf(fence), left);
  const parts = [head.join('\n'), ...sections.map((one) => sectionText(one, fence, hasDetails))];
  if (leftOut !== undefined) parts.push(`**${leftOut}**`);
  return `${parts.join('\n\n')}\n`;
}

function sectionText({ title, lines }: FittedSection, fence: string, hasDetails: boolean): string {
  const code = `${fence}diff\n${lines.join('\n')}\n${fence}`;
  const isFolded = hasDetails && lines.length > unfoldedMax && !title.startsWith('Destructive');
  if (!isFolded) return `**${title}**\n\n${code}`;
  return `<details><summary><b>${title}</b></summary>\n\n${code}\n\n</details>`;
}

/**
 * The sign stands first in a line: forges colour it by that. A replacement begins with `-` also where the new object comes
 * first, for nothing that is deleted should be green; its words tell the order.
 */
function formOf(fence: string): LineForm {
  return {
    header: ({ sign, text }) => `${sign === '+/-' ? '-/+' : sign} ${text}`,
    line: ({ sign, text }) => `${sign === '' ? ' ' : sign}     ${text}`,
    sectionCost: (title) => sectionCost + title.length + 2 * fence.length,
  };
}

function longestRun({ sections }: PlanView): number {
  let longest = 0;
  for (const { blocks } of sections) {
    for (const { header, lines } of blocks) {
      longest = Math.max(longest, runIn(header?.text ?? ''));
      for (const { text } of lines) longest = Math.max(longest, runIn(text));
    }
  }
  return longest;
}

function runIn(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

function codeSpan(text: string): string {
  const ticks = '`'.repeat(runIn(text) + 1);
  // A code span loses one space at either end.
  return `${ticks} ${text} ${ticks}`;
}

/** A text of the caller, in which no sign means anything to Markdown or HTML. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+.!|~@$^:-]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
