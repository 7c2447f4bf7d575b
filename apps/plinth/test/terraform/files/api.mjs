// A request as curl would send it: node api.mjs METHOD PATH [--as TOKEN_VARIABLE] [--body TEXT | --file FILE] [--md5 TEXT]
// [--pick a.b.c]. Prints the status and the body, or a part of it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const [method, path, ...rest] = process.argv.slice(2);
const options = new Map();
for (let i = 0; i < rest.length; i += 2) options.set(rest[i], rest[i + 1]);
const token = process.env[options.get('--as') ?? 'BUILDER'];
const file = options.get('--file');
const body = file === undefined ? options.get('--body') : readFileSync(file);
const url = new URL(path.startsWith('/') ? path : `${process.env.STATE}/${path}`, process.env.STATE);
const sent = request(url, {
  method,
  ca: process.env.TF_HTTP_CLIENT_CA_CERTIFICATE_PEM,
  headers: {
    ...(token ? { Authorization: `Basic ${Buffer.from(`token:${token}`).toString('base64')}` } : {}),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    ...(options.has('--md5') ? { 'Content-MD5': options.get('--md5') } : {}),
  },
});
sent.end(body);
const [response] = await once(sent, 'response');
const chunks = [];
for await (const chunk of response) chunks.push(chunk);
const text = Buffer.concat(chunks).toString();
const pick = options.get('--pick');
if (pick === undefined || response.statusCode >= 300) console.log(`${response.statusCode} ${text}`.trim());
else console.log(JSON.stringify(pick.split('.').reduce((value, name) => value?.[name], JSON.parse(text)), null, 1));
