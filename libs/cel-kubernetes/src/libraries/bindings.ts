import type { CelLibrary } from '../checking/declaration.ts';
import { argument, variableOf } from '../syntax/macro.ts';
import { bind } from './optionals.ts';

/** `cel.bind(name, value, expression)`: a value under a name. Spec: cel-go, ext.Bindings. Kubernetes has it not. */
export const bindings: CelLibrary = {
  name: 'bindings',
  macros: [
    {
      name: 'bind',
      arity: 3,
      receiver: true,
      expand: (macro) => {
        if (macro.target?.kind !== 'identifier' || macro.target.name !== 'cel') return undefined;
        return bind(macro.offset, variableOf(macro.args[0]), argument(macro, 1), argument(macro, 2));
      },
    },
  ],
};
