import type { CelLibrary } from '../checking/declaration.ts';
import { cidrs, ips } from './addresses.ts';
import { authorization } from './authorizer.ts';
import { comprehensions } from './comprehensions.ts';
import { lists } from './lists.ts';
import { namedFormats } from './named-formats.ts';
import { optionals } from './optionals.ts';
import { quantities } from './quantity.ts';
import { regex } from './regex.ts';
import { semvers } from './semver.ts';
import { sets } from './sets.ts';
import { stringFunctions } from './strings.ts';
import { urls } from './urls.ts';

/** What Kubernetes asks of expressions beside its functions. Spec: apiserver pkg/cel/environment/base.go. */
const rules: CelLibrary = { name: 'kubernetes.rules', homogeneousLiterals: true, validateLiterals: true };

/** The libraries of Kubernetes 1.33, to be taken together. Spec: Kubernetes documentation, "CEL in Kubernetes". */
export const kubernetesLibraries: readonly CelLibrary[] = [
  rules,
  optionals,
  comprehensions,
  stringFunctions,
  sets,
  lists,
  regex,
  urls,
  quantities,
  ips,
  cidrs,
  namedFormats,
  semvers,
  authorization,
];
