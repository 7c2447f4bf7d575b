import { WireReader, WireWriter } from '@plinth/protobuf-wire';

/** A field of a protobuf message: how its value is written and read. A field that is absent has its initial value. */
interface Field<T> {
  readonly number: number;
  initial(): T;
  write(writer: WireWriter, value: T): void;
  /** @param value - what earlier occurrences of the field gave, or the initial value. */
  read(reader: WireReader, value: T): T;
}

type FieldTable = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type MessageValue<F extends FieldTable> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/** A protobuf message as a table of fields. Fields that are left out when it is written have their initial value. */
export interface Message<T> {
  encode(value: Partial<T>): Uint8Array;
  decode(bytes: Uint8Array): T;
  write(writer: WireWriter, value: Partial<T>): void;
  read(reader: WireReader): T;
}

/** What a message holds once it has been read. */
export type Decoded<M> = M extends Message<infer T> ? T : never;

/** What a message is written from. */
export type Encodable<M> = Partial<Decoded<M>>;

/** Makes a message of its fields. Spec: protobuf, "Encoding". */
export function message<F extends FieldTable>(fields: F): Message<MessageValue<F>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  const self: Message<MessageValue<F>> = {
    encode(value) {
      const writer = new WireWriter();
      self.write(writer, value);
      return writer.finish();
    },
    decode: (bytes) => self.read(new WireReader(bytes)),
    write(writer, value) {
      const members: Readonly<Record<string, unknown>> = value;
      for (const [name, field] of entries) {
        const member = members[name];
        if (member !== undefined) field.write(writer, member);
      }
    },
    read(reader) {
      const members = Object.fromEntries(entries.map(([name, field]) => [name, field.initial()]));
      while (!reader.atEnd) {
        const tag = reader.tag();
        const known = byNumber.get(tag >>> 3);
        if (known === undefined) reader.skip(tag);
        else members[known.name] = known.field.read(reader, members[known.name]);
      }
      return members as MessageValue<F>;
    },
  };
  return self;
}

export function text(number: number): Field<string> {
  return {
    number,
    initial: () => '',
    write(writer, value) {
      if (value !== '') writer.text(number, value);
    },
    read: (reader) => reader.text(),
  };
}

/** Of a oneof, or marked `optional`: its absence differs from the empty text. */
export function optionalText(number: number): Field<string | undefined> {
  return {
    number,
    initial: () => undefined,
    write(writer, value) {
      if (value !== undefined) writer.text(number, value);
    },
    read: (reader) => reader.text(),
  };
}

export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    initial: () => new Uint8Array(),
    write(writer, value) {
      if (value.length > 0) writer.delimited(number, value);
    },
    // A copy: what was read belongs to the connection, and is larger.
    read: (reader) => reader.delimited().slice(),
  };
}

export function bool(number: number): Field<boolean> {
  return {
    number,
    initial: () => false,
    write(writer, value) {
      if (value) writer.bool(number, value);
    },
    read: (reader) => reader.bool(),
  };
}

/** An int64 or a number of an enumeration. */
export function integer(number: number): Field<number> {
  return {
    number,
    initial: () => 0,
    write(writer, value) {
      if (value !== 0) writer.int64(number, value);
    },
    read: (reader) => reader.int64(),
  };
}

/** Of a oneof, or marked `optional`: its absence differs from 0. */
export function optionalInteger(number: number): Field<number | undefined> {
  return {
    number,
    initial: () => undefined,
    write(writer, value) {
      if (value !== undefined) writer.int64(number, value);
    },
    read: (reader) => reader.int64(),
  };
}

export function nested<T>(number: number, of: Message<T>): Field<Partial<T> | undefined> {
  return {
    number,
    initial: () => undefined,
    write(writer, value) {
      if (value !== undefined) writeNested(writer, number, of, value);
    },
    read: (reader) => readNested(reader, of),
  };
}

/** @param of - a function, so that a message can hold itself. */
export function repeated<T>(number: number, of: () => Message<T>): Field<readonly Partial<T>[]> {
  return {
    number,
    initial: () => [],
    write(writer, values) {
      for (const value of values) writeNested(writer, number, of(), value);
    },
    read: (reader, values) => [...values, readNested(reader, of())],
  };
}

/** A map with texts as keys: repeated entries of a key and a message. */
export function map<T>(number: number, of: Message<T>): Field<ReadonlyMap<string, Partial<T>>> {
  return {
    number,
    initial: () => new Map(),
    write(writer, values) {
      for (const [key, value] of values) {
        const start = writer.begin(number);
        writer.text(1, key);
        writeNested(writer, 2, of, value);
        writer.end(start);
      }
    },
    read(reader, values) {
      let key = '';
      let value: Partial<T> = {};
      reader.message((tag) => {
        if (tag >>> 3 === 1) key = reader.text();
        else if (tag >>> 3 === 2) value = readNested(reader, of);
        else return false;
        return true;
      });
      return new Map([...values, [key, value]]);
    },
  };
}

function writeNested<T>(writer: WireWriter, number: number, of: Message<T>, value: Partial<T>): void {
  const start = writer.begin(number);
  of.write(writer, value);
  writer.end(start);
}

function readNested<T>(reader: WireReader, of: Message<T>): T {
  const outerEnd = reader.enter();
  const value = of.read(reader);
  reader.leave(outerEnd);
  return value;
}
