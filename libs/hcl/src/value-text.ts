import { isRecord } from './hcl.ts';
import { templatePieces } from './template.ts';

/** A value of a body in one line, as it could be written there. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return templateText(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${nameText(name)} = ${valueText(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function templateText(template: string): string {
  const pieces = templatePieces(template);
  if (!pieces) return JSON.stringify(template);
  const [first] = pieces;
  if (pieces.length === 1 && first && 'expression' in first) return inOneLine(first.expression);
  const said = pieces.map((piece) =>
    'text' in piece ? quoted(piece.text) : `\${${inOneLine(piece.expression)}}`,
  );
  return `"${said.join('')}"`;
}

function nameText(name: string): string {
  if (/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name)) return name;
  const [first, ...more] = templatePieces(name) ?? [];
  return first && 'expression' in first && more.length === 0 ? first.expression : templateText(name);
}

/** A text within quotes: what would begin a sequence is escaped. */
function quoted(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[$%]\{/g, (sign) => `${sign[0]}${sign}`);
}

function inOneLine(expression: string): string {
  return expression.replaceAll(/\s*\n\s*/g, ' ');
}
