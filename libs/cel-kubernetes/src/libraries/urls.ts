import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import {
  declared,
  define,
  listOfDeclared,
  mapOfDeclared,
  method,
  opaqueOf,
  overload,
} from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import { sameSizeEstimate, traversal } from '../cost/runtime-cost.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { ListValue } from '../values/list-value.ts';
import { type MapKey, MapValue } from '../values/map-value.ts';
import { codePointLength } from '../values/text.ts';
import { converts } from './conversion.ts';
import { escapedPath, queryParameters, UrlValue } from './url-value.ts';

const { bool, string } = declared;
const url = opaqueOf('kubernetes.URL', UrlValue);
const costs = { cost: (text: string) => traversal(codePointLength(text)), estimate: sameSizeEstimate };

/** Reading a URL takes some 3 µs, of which its cost shows little. */
function readUrl(text: string, work: Spend): UrlValue {
  work(20);
  return new UrlValue(text);
}

function part(name: string, id: string, read: (value: UrlValue) => string) {
  return define(name, method(id, [url], string, read));
}

function query(value: UrlValue): MapValue {
  const entries = new Map<MapKey, readonly [unknown, unknown]>();
  for (const [key, values] of queryParameters(value)) entries.set(key, [key, new ListValue(values)]);
  return new MapValue(entries);
}

/** URLs and their parts. Spec: Kubernetes documentation, "Kubernetes URL library". */
export const urls: CelLibrary = {
  name: 'kubernetes.urls',
  constants: [typeConstant('kubernetes.URL', opaque('kubernetes.URL'))],
  functions: [
    define(
      'url',
      overload('string_to_url', [string], url, (text, work) => readUrl(text, work), costs),
    ),
    define(
      'isURL',
      overload(
        'is_url_string',
        [string],
        bool,
        (text, work) => converts(() => readUrl(text, work))(text),
        costs,
      ),
    ),
    part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    part('getHost', 'url_get_host', ({ host }) => host),
    part('getHostname', 'url_get_hostname', ({ hostname }) => hostname),
    part('getPort', 'url_get_port', ({ port }) => port),
    part('getEscapedPath', 'url_get_escaped_path', escapedPath),
    define('getQuery', method('url_get_query', [url], mapOfDeclared(string, listOfDeclared(string)), query)),
  ],
};
