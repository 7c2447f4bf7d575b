import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { Type } from '../model/type-builders.ts';

/** A directory, as the spec of an object names it. @param what what is read of it, for people */
export function directoryField(what: string) {
  return Type.Object(
    {
      path: Type.String({
        minLength: 1,
        description: 'Absolute path on the machine that Plinth runs on.',
      }),
    },
    { description: what },
  );
}

/** What names a git repository, as the spec of an object does. */
export const gitFields = {
  url: Type.String({
    pattern: '^(https|file)://',
    description: 'https:// or file:// URL, without credentials.',
  }),
  ref: Type.String({
    default: 'HEAD',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]*$',
    maxLength: 255,
    description: 'Branch, tag or full commit; HEAD is the default branch.',
  }),
  path: Type.String({ default: '.', description: 'Directory in the repository.' }),
};

const git = Type.Object(gitFields);

/** Where a source is: one of them, as `sourceErrors` checks. */
export interface SourcePlace {
  readonly directory?: Static<ReturnType<typeof directoryField>>;
  readonly git?: Static<typeof git>;
}

/**
 * What the schema of a source cannot say.
 * @param field where it stands, such as `spec.source`
 * @param others what else a source may be, by its name in the source
 */
export function sourceErrors(
  { directory, git: repository }: SourcePlace,
  field: string,
  others: Readonly<Record<string, unknown>> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  const add = (below: string, badValue: unknown, detail: string): void => {
    errors.push(invalidValue(`${field}${below}`, badValue, detail));
  };
  const ways = { directory, git: repository, ...others };
  if (Object.values(ways).filter((way) => way !== undefined).length !== 1) {
    const names = Object.keys(ways);
    add('', 'source', `must have exactly one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
  }
  if (directory && !directory.path.startsWith('/')) {
    add('.directory.path', directory.path, 'must be an absolute path');
  }
  if (repository) {
    const url = URL.canParse(repository.url) ? new URL(repository.url) : undefined;
    // The URL itself is not repeated: what is wrong with it may be the password in it.
    if (!url) add('.git.url', 'url', 'must be a URL such as https://host/repository.git');
    else if (url.username !== '' || url.password !== '') {
      add('.git.url', 'url', 'must not hold credentials: everyone who may read the object could read them');
    }
    if (repository.ref.includes('..')) {
      add('.git.ref', repository.ref, 'must be a branch, a tag or a commit');
    }
    if (leavesItsRoot(repository.path)) {
      add('.git.path', repository.path, 'must be a path inside the repository');
    }
  }
  return errors;
}

/** Whether a path leads out of the directory that it starts in. */
export function leavesItsRoot(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..');
}

/** A source in one line, for columns. */
export function sourceText({ directory, git: repository }: SourcePlace): string {
  if (!repository) return directory?.path ?? '';
  const { url, ref, path } = repository;
  return `${url}@${ref}${path === '.' ? '' : `:${path}`}`;
}
