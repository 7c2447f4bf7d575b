import type { HttpReply, HttpRequest } from '@plinth/kernel';
import type { KeptVersion, StateVersions } from './state-versions.ts';
import type { TerraformState } from './terraform-state-kind.ts';

/**
 * The content of a version, byte for byte as it came. A client that takes gzip, as Terraform does, gets it as it is kept: that is
 * less work, and less to send.
 */
export async function contentReply(
  versions: StateVersions,
  { state, version }: { readonly state: TerraformState; readonly version: KeptVersion },
  { headers }: Pick<HttpRequest, 'headers'>,
): Promise<HttpReply> {
  const isPacked = headers['accept-encoding']?.includes('gzip') === true;
  return {
    status: 200,
    contentType: 'application/json',
    headers: { Vary: 'Accept-Encoding', ...(isPacked ? { 'Content-Encoding': 'gzip' } : {}) },
    body: await (isPacked ? versions.packed(state, version) : versions.content(state, version)),
    isRaw: true,
  };
}
