import type { Expression } from './body.ts';
import type { Token } from './tokens.ts';

/**
 * The members of an object constructor whose keys are names or literal texts, each with its expression; undefined for what is none.
 * Spec: HCL Native Syntax, Static Map.
 */
export function staticMapOf({ tokens }: Expression): ReadonlyMap<string, Expression> | undefined {
  const inner = tokens.filter(({ kind }, i) => kind !== 'newline' || (i > 0 && i < tokens.length - 1));
  if (inner[0]?.text !== '{' || inner.at(-1)?.text !== '}') return undefined;
  const members = new Map<string, Expression>();
  for (const member of membersOf(inner.slice(1, -1))) {
    const [key, sign, ...value] = member;
    const name = key?.kind === 'identifier' ? key.text : key?.kind === 'string' ? key.literal : undefined;
    if (name === undefined || (sign?.text !== '=' && sign?.text !== ':') || value.length === 0) {
      return undefined;
    }
    members.set(name, { tokens: value });
  }
  return members;
}

/** The tokens of each member: commas and newlines that stand in no bracket are between them. */
function membersOf(tokens: readonly Token[]): Token[][] {
  const members: Token[][] = [[]];
  let open = 0;
  for (const token of tokens) {
    const isSeparator = token.kind === 'newline' || (token.kind === 'operator' && token.text === ',');
    if (open === 0 && isSeparator) {
      members.push([]);
      continue;
    }
    if (token.kind === 'operator' && '([{'.includes(token.text)) open++;
    else if (token.kind === 'operator' && ')]}'.includes(token.text)) open--;
    members.at(-1)?.push(token);
  }
  return members.filter((member) => member.length > 0);
}
