import { ApiClient } from '../api/api-client.ts';
import { discover, findResource, groupVersionOf, type Resource } from '../api/discovery.ts';
import { type JsonObject, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import { nearest } from '../cli/suggest.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type FieldView, SchemaView } from '../explain/schema-view.ts';

const descriptionWidth = 90;
/** Schemas that contain themselves, as JSON schemas do, are shown so many levels deep. */
const depthMax = 12;

/** Explains a kind or one of its fields. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal, positionals } = invocation;
  const [kind = '', ...path] = (positionals[0] ?? '').split('.');
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const resource = findResource(await discover(client), kind);
  const { group, version } = resource;
  const document = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  const view = new SchemaView((await client.json(`/openapi/v3/${document}`)).body);
  const root = view.ofKind(group, version, resource.kind);
  if (!root) {
    throw new Failure(`the server does not describe ${resource.kind}`, {
      hint: 'its definition has no schema; see: kubectl get customresourcedefinitions',
    });
  }
  const { schema, field } = follow(view, root, kind, path);
  if (terminal.json)
    terminal.data({ ...headOf(resource), field: path.join('.'), schema: view.resolved(schema) });
  else print(terminal, view, { resource, schema, field, recursive: isSet(invocation, 'recursive') });
  return 0;
}

function headOf({ group, version, kind }: Resource): object {
  return { group, version, kind };
}

function follow(
  view: SchemaView,
  root: JsonObject,
  kind: string,
  path: readonly string[],
): { schema: JsonObject; field: FieldView | undefined } {
  let schema = root;
  let field: FieldView | undefined;
  for (const [place, name] of path.entries()) {
    const fields = view.fieldsOf(schema);
    field = fields.find((candidate) => candidate.name === name);
    if (!field) {
      const names = fields.map((candidate) => candidate.name);
      const meant = nearest(name, names);
      const all = names.length === 0 ? 'it has no fields' : `its fields: ${names.join(', ')}`;
      throw new Failure(`${[kind, ...path.slice(0, place)].join('.')} has no field "${name}"`, {
        hint: meant === undefined ? all : `did you mean ${meant}? ${all}`,
      });
    }
    schema = field.schema;
  }
  return { schema, field };
}

interface Subject {
  readonly resource: Resource;
  readonly schema: JsonObject;
  readonly field: FieldView | undefined;
  readonly recursive: boolean;
}

function print(terminal: Terminal, view: SchemaView, { resource, schema, field, recursive }: Subject): void {
  const { group, kind, version } = resource;
  if (group !== '') terminal.line(`GROUP:      ${group}`);
  terminal.line(`KIND:       ${kind}`);
  terminal.line(`VERSION:    ${group === '' ? groupVersionOf(resource) : version}`);
  terminal.line();
  if (field) {
    terminal.line(`FIELD: ${field.name} ${field.type}${field.required ? ' -required-' : ''}`);
    if (field.choices.length > 0) terminal.line(`ENUM: ${field.choices.join(', ')}`);
    terminal.line();
  }
  const description =
    textAt(view.resolved(schema), 'description') || textAt(view.inner(schema), 'description');
  terminal.line('DESCRIPTION:');
  for (const line of wrapped(description || '<empty>', 4)) terminal.line(line);
  const fields = view.fieldsOf(schema);
  if (fields.length === 0) return;
  terminal.line();
  terminal.line('FIELDS:');
  if (recursive) printTree(terminal, view, fields, 1);
  else {
    for (const one of fields) {
      terminal.line(`  ${nameLine(one)}`);
      for (const line of wrapped(one.description || '<no description>', 4)) terminal.line(line);
      terminal.line();
    }
  }
}

function printTree(terminal: Terminal, view: SchemaView, fields: readonly FieldView[], depth: number): void {
  for (const field of fields) {
    terminal.line(`${'  '.repeat(depth)}${nameLine(field)}`);
    if (depth < depthMax) printTree(terminal, view, view.fieldsOf(field.schema), depth + 1);
  }
}

function nameLine({ name, type, required, choices }: FieldView): string {
  const marks = [required ? ' -required-' : '', choices.length > 0 ? ` (${choices.join(' | ')})` : ''];
  return `${name}\t${type}${marks.join('')}`;
}

/** A text in lines of a width, indented. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + word.length + 1 > descriptionWidth - indent) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`.trimEnd());
}
