import { once } from 'node:events';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { ScalePaths, SubresourceAction, SubresourceStream } from '../model/resource-type.ts';
import { badRequest, methodNotAllowed, unknownPath } from '../model/status-error.ts';
import { takeBody } from './admission.ts';
import { decodeObject } from './body.ts';
import { patchObject } from './patch.ts';
import type { ServedResource } from './registry.ts';
import { answerObject, type ResourceCall, writeRequestOf } from './resource-call.ts';
import { scaleOf, setReplicas } from './scale.ts';
import { writeContext } from './write-request.ts';
import { write } from './write-routes.ts';

/** Answers a request for a subresource. @throws StatusError of any refusal */
export async function handleSubresource(call: ResourceCall): Promise<void> {
  const { target, served } = call;
  const { subresource, verb } = target;
  const action = served.type.strategy.actions?.[subresource];
  if (action) {
    if (verb !== 'create') throw methodNotAllowed();
    await runAction(call, action);
    return;
  }
  const stream = served.type.strategy.streams?.[subresource];
  if (stream) {
    if (verb !== 'get') throw methodNotAllowed();
    await answerStream(call, stream);
    return;
  }
  const { scale, status } = served.version;
  if (subresource === 'scale' && scale) {
    await handleScale(call, scale);
    return;
  }
  const isStatus = subresource === 'status' && status;
  if (!isStatus && !(subresource === 'finalize' && isNamespace(served))) throw unknownPath();
  if (verb === 'update' || verb === 'patch') await write(call);
  else if (verb === 'get') answerParent(call);
  else throw methodNotAllowed();
}

function isNamespace({ type }: ServedResource): boolean {
  return type.group === '' && type.resource === 'namespaces';
}

function parentOf({ target, served, objects }: ResourceCall): KubeObject {
  return objects.renderer.object(objects.get(served, target.namespace, target.name), served);
}

function answerParent(call: ResourceCall): void {
  const parent = parentOf(call);
  answerObject(call, 200, parent, () => JSON.stringify(parent));
}

/** Answers piece by piece, no faster than the client reads. */
async function answerStream(call: ResourceCall, stream: SubresourceStream): Promise<void> {
  const { exchange, query } = call;
  const { response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pieces = stream.open(parentOf(call), query, gone.signal);
  response.writeHead(200, exchange.headers(stream.contentType));
  response.flushHeaders();
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    // An answer that has begun can only be cut off, so that the client knows that it is not whole.
    response.destroy();
    if (!gone.signal.aborted) throw error;
  }
}

/** A `create` of a kind of its own below an object, such as a token of a service account. */
async function runAction(call: ResourceCall, action: SubresourceAction): Promise<void> {
  const { exchange, served } = call;
  const parent = parentOf(call);
  const request = writeRequestOf(call);
  const bytes = exchange.body;
  const contentType = exchange.request.headers['content-type'];
  const { value, duplicates } = decodeObject(bytes, contentType, request.fieldValidation);
  const { group, version, kind, schema } = action;
  const asked: ServedResource = {
    type: { ...served.type, group, kind },
    version: { name: version, schema, columns: [], status: false, selectableFields: [] },
  };
  const body = takeBody(value, { ...request, duplicates, served: asked, name: '' });
  schema.applyDefaults(body);
  await call.objects.judge({ request, operation: 'create', object: body, kind: { group, version, kind } });
  const answer = await action.run(parent, body, writeContext(request, 'create'));
  if (!request.dryRun) await call.objects.auditAction(parent, request);
  exchange.json(201, JSON.stringify(answer));
}

async function handleScale(call: ResourceCall, scale: ScalePaths): Promise<void> {
  const { exchange, query, target, objects } = call;
  if (target.verb === 'get') {
    exchange.json(200, JSON.stringify(scaleOf(parentOf(call), scale)));
    return;
  }
  if (target.verb !== 'update' && target.verb !== 'patch') throw methodNotAllowed();
  const request = writeRequestOf(call);
  const bytes = exchange.body;
  const contentType = exchange.request.headers['content-type'];
  const { object } =
    target.verb === 'patch'
      ? await patchObject(objects, { bytes, contentType, force: query.get('force') === 'true' }, request)
      : await objects.update(
          (current) => setReplicas(current, scaleBody(bytes, contentType), scale),
          request,
        );
  exchange.json(200, JSON.stringify(scaleOf(object, scale)));
}

function scaleBody(bytes: Buffer, contentType: string | undefined): KubeObject {
  const { value } = decodeObject(bytes, contentType, 'Ignore');
  if (value['kind'] !== undefined && value['kind'] !== 'Scale') throw badRequest('the body must be a Scale');
  const { metadata = {} } = value;
  if (!isObject(metadata)) throw badRequest('metadata of the Scale must be an object');
  return { ...value, metadata } as unknown as KubeObject;
}
