import { type AttributePath, ValueError } from './attribute-path.ts';
import { parseCtyJson } from './cty-json.ts';
import { decodeMsgpack, encodeMsgpack } from './cty-msgpack.ts';
import type { CtyType } from './cty-type.ts';
import { type CtyObject, type CtyValue, isCtyObject } from './cty-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Schema, typeOfBlock } from './schema.ts';

// Values, paths and diagnostics as the messages of the protocol hold them.

interface DynamicValueMessage {
  msgpack?: Uint8Array;
  json?: Uint8Array;
}

const decoder = new TextDecoder();

/** The object type of a schema's values. */
export function typeOfSchema(schema: Schema): CtyType {
  return typeOfBlock(schema.block ?? {});
}

/** Reads a value that may be given in either encoding. Absent, it is null. @throws ValueError when it does not fit the type. */
export function readValue(value: DynamicValueMessage | undefined, type: CtyType): CtyValue {
  if (value?.msgpack !== undefined && value.msgpack.length > 0) return decodeMsgpack(value.msgpack, type);
  if (value?.json === undefined || value.json.length === 0) return null;
  return parseCtyJson(decoder.decode(value.json), type);
}

/** Reads a value of a schema. @returns null when there is none. @throws ValueError when it does not fit the schema. */
export function readObject(value: DynamicValueMessage | undefined, schema: Schema): CtyObject | null {
  const read = readValue(value, typeOfSchema(schema));
  if (read === null || isCtyObject(read)) return read;
  throw new ValueError('the value is unknown as a whole', []);
}

/** The same where there must be one. @throws ValueError */
export function readConfig(value: DynamicValueMessage | undefined, schema: Schema): CtyObject {
  const config = readObject(value, schema);
  if (config === null) throw new ValueError('there is no value', []);
  return config;
}

/** @throws ValueError when the value does not fit the schema. */
export function writeObject(value: CtyObject | null, schema: Schema): DynamicValueMessage {
  return { msgpack: encodeMsgpack(value, typeOfSchema(schema)) };
}

/** A path as its message. Spec: tfplugin6, "AttributePath". */
export function pathMessage(path: AttributePath): {
  steps: { attributeName?: string; elementKeyString?: string; elementKeyInt?: number }[];
} {
  const steps = path.map((step) => {
    if (typeof step === 'string') return { attributeName: step };
    return typeof step === 'number' ? { elementKeyInt: step } : { elementKeyString: step.key };
  });
  return { steps };
}

/** A diagnostic as its message. Spec: tfplugin6, "Diagnostic". */
export function diagnosticMessage({ severity, summary, detail, path }: Diagnostic): {
  severity: number;
  summary: string;
  detail: string;
  attribute?: ReturnType<typeof pathMessage>;
} {
  return {
    severity: severity === 'error' ? 1 : 2,
    summary,
    detail: detail ?? '',
    ...(path !== undefined && { attribute: pathMessage(path) }),
  };
}
