import type { TextRange } from '../syntax/expression.ts';

/** Something that the author of a query should know about a result. */
export interface Annotation {
  readonly level: 'warning' | 'info';
  /** Annotations with equal texts are one. */
  readonly text: string;
  /** What it is about. */
  readonly range: TextRange;
  /** What is added to the text in the end, gathered over all annotations with this text. */
  readonly detail?: AnnotationDetail;
}

/** Figures of an annotation. */
export interface AnnotationDetail {
  /** The figures of both. */
  merge(earlier: AnnotationDetail): AnnotationDetail;
  /** What follows the text, with the separator before it. */
  toString(): string;
}

/** The annotations of one query, each text once. Spec: Prometheus 3.14, util/annotations. */
export class Annotations {
  readonly #byText = new Map<string, Annotation>();

  add(annotation: Annotation): void {
    const earlier = this.#byText.get(annotation.text);
    const merged =
      earlier?.detail && annotation.detail
        ? { ...annotation, detail: annotation.detail.merge(earlier.detail) }
        : annotation;
    this.#byText.set(annotation.text, merged);
  }

  get size(): number {
    return this.#byText.size;
  }

  [Symbol.iterator](): IterableIterator<Annotation> {
    return this.#byText.values();
  }

  /**
   * The texts with their positions, as the HTTP API shows them.
   * @param query - the text of the query; without it there are no positions.
   */
  texts(level: Annotation['level'], query: string | undefined): string[] {
    const texts: string[] = [];
    for (const annotation of this) {
      if (annotation.level === level) texts.push(rendered(annotation, query));
    }
    return texts;
  }
}

function rendered({ text, range, detail }: Annotation, query: string | undefined): string {
  return query === undefined
    ? text
    : `${text}${detail?.toString() ?? ''} (${positionOf(query, range.start)})`;
}

/** Line and column, which count from 1; columns in bytes of UTF-8, as Prometheus has them. */
function positionOf(query: string, offset: number): string {
  const before = query.slice(0, offset);
  const lines = before.split('\n');
  return `${lines.length}:${new TextEncoder().encode(lines.at(-1)).length + 1}`;
}
