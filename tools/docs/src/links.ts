import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listFiles } from '@plinth/repository';

/** A link in a page that leads nowhere. */
export interface BrokenLink {
  readonly page: string;
  readonly line: number;
  readonly target: string;
  readonly why: string;
}

/**
 * Follows the relative links and the anchors of all Markdown files.
 *
 * @param root folder of the repository
 * @returns the links that lead nowhere, and how many were followed
 */
export function followLinks(root: string): { broken: BrokenLink[]; followed: number } {
  const broken: BrokenLink[] = [];
  let followed = 0;
  for (const page of listFiles(root, '', (path) => path.endsWith('.md'))) {
    const lines = withoutCode(readFileSync(join(root, page), 'utf8')).split('\n');
    for (const [i, line] of lines.entries()) {
      for (const target of targetsIn(line)) {
        if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
        followed++;
        const why = problemOf(root, page, target);
        if (why !== undefined) broken.push({ page, line: i + 1, target, why });
      }
    }
  }
  return { broken, followed };
}

/** Blanks code, where brackets are not links, and keeps the lines. */
function withoutCode(text: string): string {
  return text
    .replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
}

function targetsIn(line: string): string[] {
  const inline = [...line.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const images = [...line.matchAll(/<(?:img|source)[^>]*\s(?:src|srcset)="([^"\s]+)"/g)];
  return [...inline, ...images].map((match) => match[1] ?? '');
}

function problemOf(root: string, page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#', 2);
  const file = path === '' ? page : path.startsWith('/') ? path.slice(1) : join(dirname(page), path);
  if (!existsSync(join(root, file))) return `there is no ${file}`;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  const anchors = anchorsOf(readFileSync(join(root, file), 'utf8'));
  return anchors.has(anchor) ? undefined : `${file} has no heading #${anchor}`;
}

/** The anchors that a page's headings have. Spec: GitHub Flavored Markdown, heading anchors as github.com makes them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const blocks = text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '');
  for (const [, heading = ''] of blocks.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
    anchors.add(unique);
  }
  return anchors;
}
