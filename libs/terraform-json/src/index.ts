export { jsonIn, parseJson } from './json-text.ts';
export {
  canonicalJson,
  childOf,
  Exact,
  isList,
  isRecord,
  type JsonRecord,
  mapList,
  mapMembers,
  type Path,
  pathText,
  printJson,
  type Step,
  textOf,
  type Value,
} from './json-value.ts';
export { hidden, hiddenChanged, isHidden, isSecretName, SecretSet } from './secret-set.ts';
