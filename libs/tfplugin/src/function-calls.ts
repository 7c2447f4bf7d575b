import { ValueError } from './attribute-path.ts';
import { type CallHandlers, offered } from './calls.ts';
import { encodeMsgpack } from './cty-msgpack.ts';
import type { CtyType } from './cty-type.ts';
import { ProviderError } from './diagnostic.ts';
import { readValue } from './protocol-value.ts';
import type { Provider, ProviderFunction } from './provider.ts';
import { functionsOf } from './provider-schema.ts';

/** Answers the calls about functions. Spec: tfplugin6, "CallFunction". */
export function functionCalls(provider: Provider): CallHandlers<'GetFunctions' | 'CallFunction'> {
  return {
    GetFunctions: async () => ({ functions: functionsOf(provider) }),
    async CallFunction(request) {
      try {
        const called = offered(provider.functions, 'function', request.name);
        const args = request.arguments.map((argument, index) =>
          readValue(argument, parameterType(called, request.name, index)),
        );
        const result = await called.call(args);
        return { result: { msgpack: encodeMsgpack(result, called.signature.return_type) } };
      } catch (error) {
        return { error: functionError(error) };
      }
    },
  };
}

function parameterType({ signature }: ProviderFunction, name: string, index: number): CtyType {
  const parameter = signature.parameters?.[index] ?? signature.variadic_parameter;
  if (parameter === undefined) throw new ProviderError(`The function ${name} takes no argument ${index + 1}`);
  return parameter.type;
}

/** A path that begins with a number says which argument is wrong. */
function functionError(thrown: unknown): { text: string; functionArgument?: number } {
  if (!(thrown instanceof Error)) return { text: String(thrown) };
  const isLocated = thrown instanceof ProviderError || thrown instanceof ValueError;
  const [argument] = isLocated ? (thrown.path ?? []) : [];
  return { text: thrown.message, ...(typeof argument === 'number' && { functionArgument: argument }) };
}
