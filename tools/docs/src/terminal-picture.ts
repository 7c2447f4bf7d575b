import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pages } from './place.ts';

const transcriptPath = 'docs/images/quickstart.txt';
const picturePath = 'docs/images/quickstart.svg';

const look = { fontPx: 13, lineHeightPx: 19, charWidthPx: 7.83, paddingPx: 18, barPx: 34 } as const;
const colours = {
  ground: '#16181d',
  bar: '#22252c',
  text: '#d5d9e0',
  quiet: '#8b929e',
  prompt: '#7aa2f7',
  good: '#7ec699',
  bad: '#e0787a',
} as const;

/** Pictures of the recorded terminal sessions, by path. */
export function pictures(root: string): Pages {
  const transcript = readFileSync(join(root, transcriptPath), 'utf8').trimEnd();
  return new Map([[picturePath, terminalPicture(transcript, 'Plinth: the first minute')]]);
}

/**
 * Draws a terminal session as SVG.
 *
 * @param transcript what was typed (lines that begin with `$ `) and printed
 * @param title plain words, shown in the bar of the window, and read aloud
 */
export function terminalPicture(transcript: string, title: string): string {
  const { fontPx, lineHeightPx, charWidthPx, paddingPx, barPx } = look;
  const lines = transcript.split('\n');
  const widthPx = Math.ceil(Math.max(...lines.map((line) => line.length)) * charWidthPx + 2 * paddingPx);
  const heightPx = barPx + 2 * paddingPx + lines.length * lineHeightPx - (lineHeightPx - fontPx);
  const texts = lines.map((line, i) => {
    const y = barPx + paddingPx + fontPx + i * lineHeightPx;
    return line === '' ? '' : `<text x="${paddingPx}" y="${y}">${spans(line)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" role="img" xml:space="preserve" aria-label="${title}">
<title>${title}</title>
<style>text { font: ${fontPx}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: ${colours.text}}</style>
<rect width="${widthPx}" height="${heightPx}" rx="8" fill="${colours.ground}"/>
<path d="M0 ${barPx}V8a8 8 0 0 1 8-8H${widthPx - 8}a8 8 0 0 1 8 8V${barPx}z" fill="${colours.bar}"/>
<text x="${paddingPx}" y="22" fill="${colours.quiet}" style="fill:${colours.quiet}">${escape(title)}</text>
${texts.join('')}</svg>
`;
}

function spans(line: string): string {
  if (line.startsWith('$ ')) return `${span('$', colours.prompt)}${escape(line.slice(1))}`;
  return escape(line)
    .replaceAll('✓', span('✓', colours.good))
    .replaceAll('✗', span('✗', colours.bad))
    .replaceAll('→', span('→', colours.quiet));
}

function span(text: string, colour: string): string {
  return `<tspan style="fill:${colour}">${text}</tspan>`;
}

/** Spaces become no-break spaces: not every viewer keeps runs of the others. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(' ', '\u00a0');
}
