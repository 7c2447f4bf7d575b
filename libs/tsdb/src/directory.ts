import { type FileSystem, isMissing, readWhole, syncDirectory } from './block/file-system.ts';

type Callback = (error: Error | null) => void;

/** A file system that can also write without holding up the thread; `node:fs` is one. */
export interface LogFileSystem extends FileSystem {
  write(
    file: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, written: number) => void,
  ): void;
  fdatasync(file: number, done: Callback): void;
}

/** A folder that the caller handed in. */
export class Directory {
  readonly path: string;
  readonly files: LogFileSystem;

  /** Makes the folder where it is missing. */
  constructor(files: LogFileSystem, path: string) {
    this.files = files;
    this.path = path;
    files.mkdirSync(path, { recursive: true });
  }

  /** Names of what is in it, sorted. */
  list(): string[] {
    return this.files.readdirSync(this.path).sort();
  }

  /** The whole file, aligned to 8 bytes; undefined when there is none. */
  read(name: string): Uint8Array<ArrayBuffer> | undefined {
    try {
      return readWhole(this.files, `${this.path}/${name}`);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** A new file to write at its end. @throws when it exists. */
  create(name: string): AppendFile {
    const file = new AppendFile(this.files, this.files.openSync(`${this.path}/${name}`, 'wx'));
    this.sync();
    return file;
  }

  rename(from: string, to: string): void {
    this.files.renameSync(`${this.path}/${from}`, `${this.path}/${to}`);
    this.sync();
  }

  remove(name: string): void {
    this.files.rmSync(`${this.path}/${name}`, { recursive: true, force: true });
  }

  /** Makes names durable. */
  sync(): void {
    syncDirectory(this.files, this.path);
  }
}

/** A file that is written at its end. */
export class AppendFile {
  readonly #files: LogFileSystem;
  readonly #file: number;
  size = 0;

  constructor(files: LogFileSystem, file: number) {
    this.#files = files;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      written += await this.#writeSome(bytes, written);
    }
    this.size += bytes.length;
  }

  /** Makes what was written durable. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#files.fdatasync(this.#file, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#files.closeSync(this.#file);
  }

  #writeSome(bytes: Uint8Array, from: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const position = this.size + from;
      this.#files.write(this.#file, bytes, from, bytes.length - from, position, (error, written) =>
        error ? reject(error) : resolve(written),
      );
    });
  }
}
