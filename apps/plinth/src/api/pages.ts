import type { ApiClient } from './api-client.ts';
import { textAt } from './json.ts';

/** Objects of a page, as kubectl asks. */
const pageSize = 500;

/** A list, page by page. @param accept the form that is asked for; JSON when it is undefined */
export async function* pagesOf(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string>>,
  accept?: string,
): AsyncGenerator {
  let token = '';
  do {
    const asked = new URLSearchParams({
      ...query,
      limit: String(pageSize),
      ...(token && { continue: token }),
    });
    const { body } = await client.json(`${path}?${asked.toString()}`, accept === undefined ? {} : { accept });
    yield body;
    token = textAt(body, 'metadata', 'continue');
  } while (token !== '');
}
