import { constants, createGzip } from 'node:zlib';
import { groupVersion } from '../model/resource-type.ts';
import type { StoredObject } from '../store/port.ts';
import { answerForm } from './accept.ts';
import { gzipBytesMin, listPieceObjects } from './limits.ts';
import type { ListPage } from './list.ts';
import type { ServedResource } from './registry.ts';
import type { ResourceCall } from './resource-call.ts';
import type { Exchange } from './respond.ts';
import {
  columnDefinitions,
  type IncludeObject,
  includeObjectOf,
  partialMetadata,
  tableRow,
} from './table.ts';
import type { Renderer } from './versions.ts';

/** How a list is written: what stands before the items, each item, and what stands after. */
interface ListText {
  readonly head: string;
  item(stored: StoredObject): string;
  readonly tail: string;
}

/**
 * Answers with a list in the form that the client asked for.
 * @param inTurn lets the writing of a long list wait for its turn
 */
export async function answerList(
  call: ResourceCall,
  page: ListPage,
  inTurn: (writing: () => Promise<void>) => Promise<void> = (writing) => writing(),
): Promise<void> {
  const text = listText(call, page);
  if (page.objects.length <= listPieceObjects) writeShortList(call.exchange, page.objects, text);
  else await inTurn(() => writeLongList(call.exchange, page.objects, text));
}

function listText({ exchange, query, served, objects }: ResourceCall, page: ListPage): ListText {
  const { renderer, clock } = objects;
  const metadata = JSON.stringify({
    resourceVersion: String(page.revision),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  });
  const form = answerForm(exchange.request.headers.accept);
  if (form === 'table') return tableText(served, renderer, metadata, includeObjectOf(query), clock.now());
  if (form === 'metadata') {
    return {
      head: `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"items":[`,
      item: (stored) => JSON.stringify(partialMetadata(renderer.object(stored, served))),
      tail: ']}\n',
    };
  }
  const apiVersion = groupVersion(served.type.group, served.version.name);
  return {
    head: `{"kind":"${served.type.listKind}","apiVersion":"${apiVersion}","metadata":${metadata},"items":[`,
    item: (stored) => renderer.text(stored, served),
    tail: ']}\n',
  };
}

function tableText(
  served: ServedResource,
  renderer: Renderer,
  metadata: string,
  include: IncludeObject,
  nowMs: number,
): ListText {
  const columns = JSON.stringify(columnDefinitions(served));
  return {
    head: `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"columnDefinitions":${columns},"rows":[`,
    item: (stored) => tableRow(served, renderer.object(stored, served), include, nowMs),
    tail: ']}\n',
  };
}

/** Writes a list that is short enough to be written at once. */
function writeShortList(exchange: Exchange, objects: readonly StoredObject[], text: ListText): void {
  exchange.json(200, text.head + objects.map((stored) => text.item(stored)).join(',') + text.tail);
}

/**
 * Writes a long list in pieces, one for each turn of the event loop and no faster than the client reads, so that
 * neither memory nor other requests suffer from it.
 */
async function writeLongList(
  exchange: Exchange,
  objects: readonly StoredObject[],
  text: ListText,
): Promise<void> {
  const { response } = exchange;
  const headers = exchange.headers('application/json');
  const first = objects[0];
  const compress = exchange.acceptsGzip() && (first?.value.length ?? 0) * objects.length >= gzipBytesMin;
  if (compress) Object.assign(headers, { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
  response.writeHead(200, headers);
  const out = compress ? createGzip({ level: constants.Z_BEST_SPEED }) : response;
  if (out !== response) out.pipe(response);
  let piece = text.head;
  for (let at = 0; at < objects.length; at += listPieceObjects) {
    const items = objects.slice(at, at + listPieceObjects).map((stored) => text.item(stored));
    piece += (at === 0 ? '' : ',') + items.join(',');
    const roomLeft = out.write(piece);
    piece = '';
    if (response.destroyed) return;
    if (roomLeft) await new Promise((resolve) => setImmediate(resolve));
    else await drained(out, response);
  }
  out.end(piece + text.tail);
}

/** Waits until there is room again, or until the client is gone. */
function drained(out: NodeJS.WritableStream, response: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      out.removeListener('drain', done);
      response.removeListener('close', done);
      resolve();
    };
    out.once('drain', done);
    response.once('close', done);
  });
}
