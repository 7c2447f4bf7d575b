import type { HttpReply, HttpRequest } from '@plinth/kernel';
import { tagsMax, tagTextMax } from '../limits.ts';
import { type TerraformState, terraformStates } from '../state/terraform-state-kind.ts';
import { type StateName, workspaceId, workspaceOf } from './cloud-ids.ts';
import { type CloudServices, stateAt } from './cloud-services.ts';
import {
  document,
  invalid,
  noContent,
  type Resource,
  readResources,
  type SentResource,
  textOf,
} from './json-api.ts';

// A tag is a key, or a key with a value. Clients know the first as `tags` and both as `tag-bindings`; here they are one.

/** Tags by their keys; an empty value for one that is a key alone. */
export type Tags = Readonly<Record<string, string>>;

export function tagsOf({ spec }: TerraformState): Tags {
  return spec?.tags ?? {};
}

/** The keys of all tags: a client that asks for a key alone must not take the value of it away. */
export function tagNames(state: TerraformState): string[] {
  return Object.keys(tagsOf(state)).sort();
}

/** Tags as clients send them, under either name. @throws StatusError 422 naming the tag */
export function readTags(sent: readonly SentResource[]): Record<string, string> {
  if (sent.length > tagsMax) throw invalid('tags', `expected at most ${tagsMax}, found ${sent.length}`);
  return Object.fromEntries(
    sent.map((tag, i) => {
      const key = textOf(tag, 'name', tagTextMax) ?? textOf(tag, 'key', tagTextMax) ?? '';
      if (key === '' || /[\s,]/.test(key))
        throw invalid(`tags[${i}]`, 'expected a key without spaces and commas');
      return [key, textOf(tag, 'value', tagTextMax) ?? ''] as const;
    }),
  );
}

/** The keys of tags. */
export function listTags(services: CloudServices, request: HttpRequest): HttpReply {
  const state = stateAt(services, named(request));
  return document(tagNames(state).map((name) => ({ id: `tag-${name}`, type: 'tags', attributes: { name } })));
}

/** All tags. The effective ones are those: nothing is inherited from a project. */
export function listTagBindings(
  services: CloudServices,
  request: HttpRequest,
  type: 'tag-bindings' | 'effective-tag-bindings',
): HttpReply {
  return document(bindingsOf(stateAt(services, named(request)), type));
}

/** Adds tags, or gives them other values. */
export async function addTags(
  services: CloudServices,
  request: HttpRequest,
  type: 'tags' | 'tag-bindings',
): Promise<HttpReply> {
  const name = named(request);
  const tags = { ...tagsOf(stateAt(services, name)), ...readTags(readResources(request.body, type)) };
  if (Object.keys(tags).length > tagsMax) throw invalid('tags', `expected at most ${tagsMax} in all`);
  const state = await setTags(services, request, tags);
  return type === 'tags' ? noContent() : document(bindingsOf(state, type));
}

/** Removes tags; those that are not there are removed already. */
export async function removeTags(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  stateAt(services, named(request));
  const removed = Object.keys(readTags(readResources(request.body, 'tags')));
  await setTags(services, request, Object.fromEntries(removed.map((key) => [key, null])));
  return noContent();
}

async function setTags(
  { client }: CloudServices,
  request: HttpRequest,
  tags: Readonly<Record<string, string | null>>,
): Promise<TerraformState> {
  const name = named(request);
  await request.enter('tag', { workspace: workspaceId(name), tags: Object.keys(tags).length });
  return await client.patch(terraformStates, name, { spec: { tags } });
}

function bindingsOf(state: TerraformState, type: string): Resource[] {
  const tags = tagsOf(state);
  return tagNames(state).map((key) => ({
    id: `tb-${key}`,
    type,
    attributes: { key, value: tags[key] ?? '' },
  }));
}

function named({ parameters }: HttpRequest): StateName {
  return workspaceOf(parameters['workspace'] ?? '');
}
