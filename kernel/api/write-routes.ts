import { type KubeObject, parseObject } from '../model/object.ts';
import { takeBody } from './admission.ts';
import { decodeBody, decodeObject } from './body.ts';
import { type DeleteRequest, deletedStatus, deleteObject, parseDeleteOptions } from './delete.ts';
import { listPage, parseListRequest, parseSelection } from './list.ts';
import { answerList } from './list-answer.ts';
import type { Objects } from './objects.ts';
import { patchObject } from './patch.ts';
import { answerWritten, type ResourceCall, writeRequestOf } from './resource-call.ts';
import type { WriteRequest } from './write-request.ts';

/** Answers a create, update, patch or delete of one object. @throws StatusError of any refusal */
export async function write(call: ResourceCall): Promise<void> {
  const { exchange, query, target, objects } = call;
  const bytes = exchange.body;
  const contentType = exchange.request.headers['content-type'];
  const request = writeRequestOf(call);
  if (target.verb === 'delete') {
    await deleteNamed(call, bytes, request);
    return;
  }
  if (target.verb === 'patch') {
    const body = { bytes, contentType, force: query.get('force') === 'true' };
    answerWritten(call, await patchObject(objects, body, request));
    return;
  }
  const { value, duplicates } = decodeObject(bytes, contentType, request.fieldValidation);
  const noted = { ...request, duplicates };
  if (target.verb === 'create') {
    answerWritten(call, await objects.create(value, { ...noted, name: '' }));
    return;
  }
  const text = JSON.stringify(takeBody(value, noted));
  answerWritten(call, await objects.update(() => parseObject(text), noted));
}

async function deleteNamed(call: ResourceCall, bytes: Buffer, request: WriteRequest): Promise<void> {
  const { exchange, objects } = call;
  const options = deleteOptionsOf(call, bytes);
  const { written, gone } = await deleteObject(objects, { ...request, dryRun: options.dryRun }, options);
  if (gone) exchange.json(200, JSON.stringify(deletedStatus(request.served, written.object)));
  else answerWritten(call, written);
}

function deleteOptionsOf(
  { exchange, query }: ResourceCall,
  bytes: Buffer,
): ReturnType<typeof parseDeleteOptions> {
  if (bytes.length === 0) return parseDeleteOptions(undefined, query);
  return parseDeleteOptions(
    decodeBody(bytes, exchange.request.headers['content-type'], 'Ignore').value,
    query,
  );
}

/** Answers a deletecollection: deletes each object that a list of the same call would show. */
export async function deleteCollection(call: ResourceCall): Promise<void> {
  const { exchange, query, target, served, objects } = call;
  const options = deleteOptionsOf(call, exchange.body);
  const selection = parseSelection(served, target.namespace, query);
  const page = listPage(objects.store, objects.tenant, parseListRequest(selection, query, objects.store));
  const request = { ...writeRequestOf(call), dryRun: options.dryRun };
  for (const stored of page.objects) {
    await deleteListed(objects, request, objects.renderer.object(stored, served), options);
  }
  await answerList(call, page);
}

async function deleteListed(
  objects: Objects,
  request: WriteRequest,
  { metadata: { name, namespace = '', uid } }: KubeObject,
  options: DeleteRequest,
): Promise<void> {
  const key = objects.key(request.served, namespace, name);
  if (!objects.store.get(key)) return;
  const preconditions = { ...options.preconditions, uid };
  try {
    await deleteObject(objects, { ...request, name, namespace }, { ...options, preconditions });
  } catch (error) {
    // Gone in between is what was asked for.
    if (objects.store.get(key)) throw error;
  }
}
