import { writeArchive } from '@plinth/terraform-module';
import { at, type HttpsClient, textAt } from '../harness/https-client.ts';

/** The archive of a module that can be told from others by a word, and is padded to some size. */
export async function moduleArchive(word: string, padBytes = 0): Promise<Buffer> {
  const texts = {
    'main.tf': `output "word" { value = "${word}" }\n`,
    pad: word.repeat(padBytes / word.length),
  };
  return await archiveOf(texts);
}

/** An archive of these files. */
export async function archiveOf(texts: Readonly<Record<string, string>>): Promise<Buffer> {
  const files = Object.entries(texts).map(
    ([name, text]) => [name, { content: Buffer.from(text), isExecutable: false }] as const,
  );
  return await writeArchive(new Map(files));
}

/** The archive of a version, fetched as terraform does it: by the URL that `/download` answers with. */
export async function fetchArchive(
  client: HttpsClient,
  path: string,
  nobody: HttpsClient,
): Promise<{ readonly url: string; readonly status: number; readonly bytes: Buffer }> {
  const { headers, status, text } = await client.get(`${path}/download`);
  const url = headers['x-terraform-get'];
  if (typeof url !== 'string') throw new Error(`${path} was answered with ${status}: ${text}`);
  return { url, ...(await fetchUrl(nobody, url)) };
}

export async function fetchUrl(client: HttpsClient, url: string): Promise<{ status: number; bytes: Buffer }> {
  const response = await client.open('GET', url);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) };
}

/** Uploads a version. @returns the digest of what is served */
export async function publish(client: HttpsClient, path: string, archive: Buffer): Promise<string> {
  const sent = { body: archive, contentType: 'application/gzip' };
  const { status, json, text } = await client.send('PUT', path, sent);
  if (status !== 201 && status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
  if (at(json, 'publishedAt') === undefined) throw new Error(`${path} was not published: ${text}`);
  return textAt(json, 'sha256');
}
