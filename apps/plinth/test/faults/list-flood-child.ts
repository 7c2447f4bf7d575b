/**
 * A client that lists everything again and again, as fast as it can. Arguments: URL, kubeconfig, path, lists at the same
 * time. Prints a line per list that was received whole: its bytes.
 */
import { type Answer, HttpsClient } from '../harness/https-client.ts';
import { readCredentials } from './server-process.ts';

const [url, kubeconfig, path, atOnce] = process.argv.slice(2);
if (url === undefined || kubeconfig === undefined || path === undefined)
  throw new Error('usage: URL FILE PATH N');
const client = new HttpsClient(url, readCredentials(kubeconfig));

async function list(from: string): Promise<never> {
  for (;;) {
    const response = await client.open('GET', from);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    const status: Answer['status'] = response.statusCode ?? 0;
    console.log(`${status} ${response.complete ? bytes : 'cut'}`);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, () => list(path)));
