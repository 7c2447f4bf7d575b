import { evaluate, type JsonPath, parseJsonPath } from '@plinth/kube-selector';
import type { Json, KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { badRequest } from '../model/status-error.ts';
import type { StoredObject } from '../store/port.ts';
import type { ServedResource } from './registry.ts';
import type { Renderer } from './versions.ts';
import { httpChunk, type WatchEncoder } from './watch.ts';

/** What of an object a table row carries. Spec: Kubernetes meta/v1 TableOptions. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

interface CompiledColumn {
  readonly definition: ColumnDefinition;
  readonly cell: (object: KubeObject, nowMs: number) => Json;
}

interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique in its namespace.',
  cell: (object) => object.metadata.name,
};

const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, nowMs) => formatAge(object.metadata.creationTimestamp, nowMs),
};

const compiled = new WeakMap<object, readonly CompiledColumn[]>();

/** The columns of a version, with the name first and the age last unless the kind has columns of its own for them. */
function columnsOf(served: ServedResource): readonly CompiledColumn[] {
  const known = compiled.get(served.version);
  if (known) return known;
  const { columns, ownColumns } = served.version;
  const all = ownColumns ? columns : [nameColumn, ...columns, ...(columns.some(isAge) ? [] : [ageColumn])];
  const made = all.map(compileColumn);
  compiled.set(served.version, made);
  return made;
}

function isAge(column: Column): boolean {
  return column.name.toLowerCase() === 'age';
}

function compileColumn(column: Column): CompiledColumn {
  const { cell } = column;
  return {
    definition: {
      name: column.name,
      type: column.type === 'date' ? 'string' : column.type,
      format: column.format ?? '',
      description: column.description ?? '',
      priority: column.priority ?? 0,
    },
    cell: typeof cell === 'string' ? pathCell(cell, column.type) : cell,
  };
}

/** Spec: apiextensions.k8s.io/v1 CustomResourceColumnDefinition: a value of another type shows as empty. */
function pathCell(source: string, type: Column['type']): CompiledColumn['cell'] {
  const parsed = parseJsonPath(source);
  if (!parsed.ok) return () => null;
  const path: JsonPath = parsed.value;
  return (object, nowMs) => {
    const values = evaluate(path, object);
    const value = values[0];
    if (value === undefined || value === null) return null;
    switch (type) {
      case 'date':
        return typeof value === 'string' ? formatAge(value, nowMs) : null;
      case 'integer':
        return typeof value === 'number' ? Math.trunc(value) : null;
      case 'number':
        return typeof value === 'number' ? value : null;
      case 'boolean':
        return typeof value === 'boolean' ? value : null;
      default:
        return values.length > 1 ? values.map(cellText).join(' ') : cellText(value);
    }
  };
}

function cellText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The time since an instant as kubectl prints it. Spec: k8s.io/apimachinery duration.HumanDuration. */
export function formatAge(instant: string | undefined, nowMs: number): string {
  if (!instant) return '<unknown>';
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '<invalid>';
  const seconds = Math.floor((nowMs - at) / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(seconds / 3600);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return `${minutes}m${rest(seconds % 60, 's')}`;
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return `${hours}h${rest(minutes % 60, 'm')}`;
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return `${days}d${rest(hours % 24, 'h')}`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? `${years}y${rest(days % 365, 'd')}` : `${years}y`;
}

function rest(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}

/** The metadata of an object as a PartialObjectMetadata. */
export function partialMetadata(object: KubeObject): Json {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata as unknown as Json,
  };
}

/** The definitions of a table's columns as JSON. */
export function columnDefinitions(served: ServedResource): readonly ColumnDefinition[] {
  return columnsOf(served).map((column) => column.definition);
}

/** One row as JSON text. */
export function tableRow(
  served: ServedResource,
  object: KubeObject,
  include: IncludeObject,
  nowMs: number,
): string {
  const cells = columnsOf(served).map((column) => column.cell(object, nowMs));
  const carried =
    include === 'None' ? null : include === 'Object' ? (object as unknown as Json) : partialMetadata(object);
  return JSON.stringify(carried === null ? { cells } : { cells, object: carried });
}

/** Reads `includeObject`. @throws StatusError 400 */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject');
  if (value === null || value === '') return 'Metadata';
  if (value === 'Metadata' || value === 'Object' || value === 'None') return value;
  throw badRequest(
    `includeObject: Unsupported value: ${JSON.stringify(value)}: supported values: "Metadata", "None", "Object"`,
  );
}

/** Watch events as tables of one row; the columns stand in the first one only. */
export class TableEncoder implements WatchEncoder {
  readonly #renderer: Renderer;
  readonly #served: ServedResource;
  readonly #include: IncludeObject;
  readonly #now: () => number;
  #first = true;

  constructor(renderer: Renderer, served: ServedResource, include: IncludeObject, now: () => number) {
    this.#renderer = renderer;
    this.#served = served;
    this.#include = include;
    this.#now = now;
  }

  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: StoredObject): Buffer {
    const object = this.#renderer.object(stored, this.#served);
    const row = tableRow(this.#served, object, this.#include, this.#now());
    return this.#frame(type, row, String(stored.revision));
  }

  special(type: 'BOOKMARK' | 'ERROR', object: unknown): Buffer {
    if (type === 'ERROR') return httpChunk(`${JSON.stringify({ type, object })}\n`);
    const row = JSON.stringify({ cells: columnsOf(this.#served).map(() => ''), object });
    return this.#frame(type, row, '');
  }

  #frame(type: string, row: string, revision: string): Buffer {
    const columns = this.#first ? JSON.stringify(columnDefinitions(this.#served)) : '[]';
    this.#first = false;
    return httpChunk(
      `{"type":"${type}","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"${revision}"},"columnDefinitions":${columns},"rows":[${row}]}}\n`,
    );
  }
}

/** Watch events that carry metadata alone. */
export class MetadataEncoder implements WatchEncoder {
  readonly #renderer: Renderer;
  readonly #served: ServedResource;

  constructor(renderer: Renderer, served: ServedResource) {
    this.#renderer = renderer;
    this.#served = served;
  }

  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: StoredObject): Buffer {
    const object = partialMetadata(this.#renderer.object(stored, this.#served));
    return httpChunk(`${JSON.stringify({ type, object })}\n`);
  }

  special(type: 'BOOKMARK' | 'ERROR', object: unknown): Buffer {
    if (type === 'ERROR') return httpChunk(`${JSON.stringify({ type, object })}\n`);
    const { metadata } = object as KubeObject;
    const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    return httpChunk(`${JSON.stringify({ type, object: partial })}\n`);
  }
}
