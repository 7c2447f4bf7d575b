// Passes requests on, but answers the first N of a method with a status: node proxy.mjs METHOD N STATUS
import { createServer } from 'node:http';
import { request } from 'node:https';

const [method, count, status] = process.argv.slice(2);
let left = Number(count);
const server = createServer((incoming, answer) => {
  if (incoming.method === method && left > 0) {
    left--;
    incoming.resume().on('end', () => answer.writeHead(Number(status)).end('the server does not feel well\n'));
    return;
  }
  const url = new URL(`${process.env.STATE}${incoming.url}`);
  const options = { method: incoming.method, headers: incoming.headers, ca: process.env.TF_HTTP_CLIENT_CA_CERTIFICATE_PEM };
  incoming.pipe(
    request(url, options, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    }),
  );
});
server.listen(Number(process.env.PROXY_PORT), '127.0.0.1', () => console.log('listening'));
