import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import { printJson } from '@plinth/terraform-json';
import { type Output, parseState } from '@plinth/terraform-state';
import { asState } from '../state/as-state.ts';
import { outputId, outputOf, type VersionName, versionOf } from './cloud-ids.ts';
import { type CloudServices, stateAt } from './cloud-services.ts';
import { findVersion, newestVersion } from './cloud-versions.ts';
import { document, type Resource } from './json-api.ts';
import { workspaceNamed } from './workspaces.ts';

/** The outputs of the newest version, sensitive ones without their values; none when nothing has been written. */
export async function currentOutputs(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  if (stateAt(services, workspaceNamed(request)).status?.serial === undefined) return document([]);
  const { name, version } = await newestVersion(services, request);
  return await outputsReply(services, request, { ...name, serial: version.serial });
}

/** The outputs of a version, sensitive ones without their values. */
export async function versionOutputs(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  return await outputsReply(services, request, versionOf(request.parameters['version'] ?? ''));
}

async function outputsReply(
  services: CloudServices,
  request: HttpRequest,
  named: VersionName,
): Promise<HttpReply> {
  const outputs = await outputsOf(services, request, named);
  return document(
    [...outputs].map(([name, output]) =>
      outputResource({ ...named, output: name }, output, !output.isSensitive),
    ),
  );
}

/** One output with its value, also when it is sensitive: the right to the content is the right to all of it. */
export async function showOutput(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const named = outputOf(request.parameters['output'] ?? '');
  const output = (await outputsOf(services, request, named)).get(named.output);
  if (!output) throw new StatusError(404, 'NotFound', `there is no output ${named.output}`);
  return document(outputResource(named, output, true));
}

async function outputsOf(
  services: CloudServices,
  request: HttpRequest,
  named: VersionName,
): Promise<ReadonlyMap<string, Output>> {
  const version = await findVersion(services, named);
  const [content] = await Promise.all([
    services.states.versions.content(stateAt(services, named), version),
    request.enter('outputs', { serial: named.serial }),
  ]);
  return (await asState(async () => parseState(content))).outputs;
}

function outputResource(
  named: Parameters<typeof outputId>[0],
  { value, type, isSensitive }: Output,
  isShown: boolean,
): Resource {
  // Clients read numbers as floats; whoever needs all digits reads the state.
  const detailedType: unknown = JSON.parse(printJson(type));
  return {
    id: outputId(named),
    type: 'state-version-outputs',
    attributes: {
      name: named.output,
      sensitive: isSensitive,
      type: Array.isArray(detailedType) ? simpleType(detailedType[0]) : detailedType,
      'detailed-type': detailedType,
      value: isShown ? (JSON.parse(printJson(value)) as unknown) : null,
    },
  };
}

/** What a type that has others within is called. */
function simpleType(name: unknown): string {
  return name === 'map' || name === 'object' ? 'map' : 'array';
}
