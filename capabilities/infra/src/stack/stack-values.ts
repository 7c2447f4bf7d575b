import { createHmac } from 'node:crypto';
import { type Client, isObject, type KubeObject, type ObjectName } from '@plinth/kernel';
import { printJson, type Value } from '@plinth/terraform-json';
import type { Output } from '@plinth/terraform-state';
import { StackError } from './stack-error.ts';
import type { Stack, StackEnvironmentVariable, StackVariable } from './stack-fields.ts';

/** What the program of a stack is given. Secrets are in its environment alone. */
export interface StackValues {
  /** Input variables that are no secrets, for a file: so they go before the files of the source. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Input variables that are secrets, as they are given. */
  readonly secretVariables: Readonly<Record<string, Value>>;
  /** All texts that are secret. */
  readonly secrets: readonly string[];
  /** Names all of it, and nobody without the key can find out what a secret is by it. */
  readonly digest: string;
}

/** What values come from. */
export interface ValueOrigins {
  readonly client: Client;
  /** The outputs of a stack that is applied. @throws StackError when it is not */
  readonly outputsOf: (stack: ObjectName) => Promise<ReadonlyMap<string, Output>>;
  /** Key of the digest. */
  readonly key: Buffer;
}

/** A value, and whether it is secret. */
interface Found {
  readonly value: Value;
  readonly isSecret: boolean;
}

/** @throws StackError naming the field whose value is not there */
export async function resolveValues({ metadata, spec }: Stack, origins: ValueOrigins): Promise<StackValues> {
  const { namespace = '' } = metadata;
  const variables: [string, Value][] = [];
  const secretVariables: [string, Value][] = [];
  const environment: [string, string][] = [];
  const secrets: string[] = [];
  for (const [i, one] of (spec.variables ?? []).entries()) {
    const { value, isSecret } = await variableOf(one, namespace, `spec.variables[${i}]`, origins);
    if (isSecret) {
      secrets.push(...textsIn(value));
      secretVariables.push([one.name, value]);
      environment.push([`TF_VAR_${one.name}`, argumentOf(value)]);
    } else variables.push([one.name, value]);
  }
  for (const [i, one] of (spec.environment ?? []).entries()) {
    const { value, isSecret } = originOf(one, namespace, `spec.environment[${i}]`, origins.client);
    const text = typeof value === 'string' ? value : printJson(value);
    if (isSecret) secrets.push(text);
    environment.push([one.name, text]);
  }
  const digest = createHmac('sha256', origins.key)
    .update(printJson([variables.map(([name, value]) => [name, value]), environment]))
    .digest('hex');
  return {
    variables: Object.fromEntries(variables),
    environment: Object.fromEntries(environment),
    secretVariables: Object.fromEntries(secretVariables),
    secrets,
    digest,
  };
}

async function variableOf(
  variable: StackVariable,
  namespace: string,
  field: string,
  origins: ValueOrigins,
): Promise<Found> {
  const { stackOutputRef } = variable;
  if (!stackOutputRef) return originOf(variable, namespace, field, origins.client);
  const { name, output } = stackOutputRef;
  const outputs = await origins.outputsOf({ namespace, name });
  const found = outputs.get(output);
  if (found) return { value: found.value, isSecret: found.isSensitive };
  const known = outputs.size === 0 ? 'it has none' : `it has ${[...outputs.keys()].sort().join(', ')}`;
  throw new StackError(
    'ValueMissing',
    `${field}: Stack ${namespace}/${name} has no output ${output}; ${known}`,
  );
}

function originOf(
  one: StackVariable | StackEnvironmentVariable,
  namespace: string,
  field: string,
  client: Client,
): Found {
  const { secretKeyRef, configMapKeyRef } = one;
  if (secretKeyRef) {
    const { name, key } = secretKeyRef;
    return { value: secretText(client, { namespace, name }, key, field), isSecret: true };
  }
  if (configMapKeyRef) {
    const { name, key } = configMapKeyRef;
    const found = client.get({ group: '', resource: 'configmaps' }, { namespace, name });
    return {
      value: textOf(found, 'data', key, { what: `ConfigMap ${namespace}/${name}`, field }),
      isSecret: false,
    };
  }
  // What the API took as JSON is a value.
  return { value: (one.value ?? null) as Value, isSecret: false };
}

/** A text of a Secret. @throws StackError when it is not there */
export function secretText(client: Client, name: ObjectName, key: string, field: string): string {
  const found = client.get({ group: '', resource: 'secrets' }, name);
  const encoded = textOf(found, 'data', key, { what: `Secret ${name.namespace ?? ''}/${name.name}`, field });
  return Buffer.from(encoded, 'base64').toString('utf8');
}

function textOf(
  object: KubeObject | undefined,
  member: string,
  key: string,
  { what, field }: { readonly what: string; readonly field: string },
): string {
  if (!object) throw new StackError('ValueMissing', `${field}: there is no ${what}`);
  const data = object[member];
  const text = isObject(data) ? data[key] : undefined;
  if (typeof text === 'string') return text;
  throw new StackError('ValueMissing', `${field}: ${what} has no key ${key}`);
}

/**
 * A value as Terraform reads it from its environment: a text as it is, anything else as an expression.
 * Spec: Terraform, Input Variables, Environment Variables; HCL Native Syntax, Templates.
 */
function argumentOf(value: Value): string {
  return typeof value === 'string' ? value : printJson(value).replaceAll(/[$%](?=\{)/g, '$&$&');
}

/** All texts in a value, of which none may be seen; of those of several lines each line, too. */
function textsIn(value: Value): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one: Value) => textsIn(one));
  if (isObject(value)) return Object.values(value).flatMap((one) => textsIn(one));
  return value === null || typeof value === 'boolean' ? [] : [printJson(value)];
}

/** Secrets as the log of a program can look for them: the lines of long ones. */
export function secretsForLog(secrets: readonly string[]): string[] {
  const pieces = secrets.flatMap((secret) => (secret.includes('\n') ? secret.split('\n') : [secret]));
  const shown = pieces.map((piece) => piece.trim()).filter((piece) => Buffer.byteLength(piece) >= 4);
  return [...new Set(shown)];
}
