import { notAcceptable } from '../model/status-error.ts';

/** In which form objects are answered: whole, as a table for people, or their metadata alone. */
export type AnswerForm = 'object' | 'table' | 'metadata';

const cache = new Map<string, AnswerForm>();
/** Accept headers that are remembered; clients use a handful. */
const cacheMax = 256;

/**
 * Reads an Accept header: the first of its ranges that this server can produce.
 * @throws StatusError 406 when there is none
 * Spec: Kubernetes API concepts, Alternate representations of resources.
 */
export function answerForm(accept: string | undefined): AnswerForm {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json')
    return 'object';
  const known = cache.get(accept);
  if (known) return known;
  const form = parseAccept(accept);
  if (cache.size < cacheMax) cache.set(accept, form);
  return form;
}

function parseAccept(accept: string): AnswerForm {
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    const meta = parameters.includes('g=meta.k8s.io') && parameters.includes('v=v1');
    if (as === undefined) return 'object';
    if (as === 'table' && meta) return 'table';
    if ((as === 'partialobjectmetadata' || as === 'partialobjectmetadatalist') && meta) return 'metadata';
  }
  throw notAcceptable(
    'only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  );
}
