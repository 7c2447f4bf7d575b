import { describe, it } from 'node:test';
import { check, type Example, fails, is } from './expectation.ts';

/** The examples of the documentation (library/urls.go), and hosts that are none. */
const examples: readonly Example[] = [
  ["isURL('https://user:pass@example.com:80/path?query=val#fragment')", is(true)],
  ["isURL('/absolute-path')", is(true)],
  ["isURL('https://a:b:c/')", is(false)],
  ["isURL('../relative-path')", is(false)],
  ["isURL('')", is(false)],
  ["isURL('http://[::1')", is(false)],
  ["isURL('http://exa mple.com/')", is(false)],
  ["isURL('https://example.com/%zz')", is(false)],
  ["isURL('mailto:a@example.com')", is(true)],
  [
    "url('https://a:b:c/')",
    fails(/URL parse error during conversion from string: parse .*: invalid port ":c" after host/),
  ],
  ["url('../relative-path')", fails(/invalid URI for request/)],
  ["url('/path').getScheme()", is('')],
  ["url('HTTPS://example.com/').getScheme()", is('https')],
  ["url('https://example.com:80/').getHost()", is('example.com:80')],
  ["url('https://user:pass@example.com:80/').getHost()", is('example.com:80')],
  ["url('https://example.com/').getHost()", is('example.com')],
  ["url('https://[::1]:80/').getHost()", is('[::1]:80')],
  ["url('https://[::1]/').getHost()", is('[::1]')],
  ["url('/path').getHost()", is('')],
  ["url('https://example.com:80/').getHostname()", is('example.com')],
  ["url('https://127.0.0.1:80/').getHostname()", is('127.0.0.1')],
  ["url('https://[::1]:80/').getHostname()", is('::1')],
  ["url('/path').getHostname()", is('')],
  ["url('https://example.com:80/').getPort()", is('80')],
  ["url('https://[::1]:80/').getPort()", is('80')],
  ["url('https://example.com/').getPort()", is('')],
  ["url('/path').getPort()", is('')],
  ["url('https://example.com/path').getEscapedPath()", is('/path')],
  ["url('https://example.com/path with spaces/').getEscapedPath()", is('/path%20with%20spaces/')],
  ["url('https://example.com/a%2Fb').getEscapedPath()", is('/a%2Fb')],
  ["url('https://example.com').getEscapedPath()", is('')],
  ["url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()", is({ k1: ['a'], k2: ['b', 'c'] })],
  [
    "url('https://example.com/path?key with spaces=value with spaces').getQuery()",
    is({ 'key with spaces': ['value with spaces'] }),
  ],
  ["url('https://example.com/path?a+b=%26').getQuery()", is({ 'a b': ['&'] })],
  ["url('https://example.com/path?').getQuery()", is({})],
  ["url('https://example.com/path').getQuery()", is({})],
  ["url('https://example.com/p#f?a=b').getQuery()", is({})],
  ["url('https://example.com/') == url('https://example.com/')", is(true)],
  ["url('https://example.com/') == url('https://example.org/')", is(false)],
];

describe('URL library', () => {
  for (const example of examples) it(example[0], () => check(example));
});
