import { fit, type LineForm } from './fitting.ts';
import type { PlanView } from './plan-view.ts';
import { printable } from './shown-value.ts';

/** What is kept free for the sentence about what was left out. */
const leftOutMax = 600;

/** Characters of the first line, and of a notice. */
const headlineMax = 700;

/** A view for a terminal: no line is longer than its values, and nothing in them can steer it. */
export function textOfView(view: PlanView, title: string, charactersMax: number): string {
  const head = [
    `${printable(title)}: ${view.headline}`,
    ...view.notices.map(({ words, quote }) => `  ! ${words}${quote === undefined ? '' : ` ${quote}`}`),
  ];
  let left = charactersMax - leftOutMax;
  const shownHead: string[] = [];
  for (const line of head) {
    // Half of the room is for the changes themselves.
    if (shownHead.length > 0 && line.length + 1 > left - charactersMax / 2) break;
    const shown = line.slice(0, headlineMax);
    left -= shown.length + 1;
    shownHead.push(shown);
  }
  const { sections, leftOut } = fit(view, form, left);
  const body = sections.flatMap((one) => ['', one.title, ...one.lines]);
  return `${[...shownHead, ...body, ...(leftOut === undefined ? [] : ['', leftOut])].join('\n')}\n`;
}

const form: LineForm = {
  header: ({ sign, text }) => `${sign.padStart(3)} ${text}`,
  line: ({ sign, text }) => `      ${sign.padEnd(1)} ${text}`,
  sectionCost: (title) => title.length + 2,
};
