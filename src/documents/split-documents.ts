// Chunks of bytes -> the JSON texts in them, one after the other, in any mixture of two forms: NDJSON (a document a line) and
// indented documents (from a line that is only `{` to a line that is only `}`, as JSON.stringify, jq and Ansible write
// them). A text that was cut off ends at the start of the next one, so that one broken input costs no other.

export interface Frame {
  /** The line on which the text begins, from 1. */
  line: number;
  /** Valid until the next frame is asked for; null if the text was longer than `maxBytes`. */
  bytes: Buffer | null;
}

const newline = 0x0a;
const blanks = new Set([0x09, 0x0a, 0x0d, 0x20]);
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** @param chunks each may be overwritten when the next is asked for */
export function* splitDocuments(chunks: Iterable<Buffer>, maxBytes: number): Generator<Frame> {
  const splitter = new Splitter(maxBytes);
  for (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      splitter.append(chunk.subarray(start, end + 1));
      start = end + 1;
      yield* splitter.endLine();
    }
    splitter.append(chunk.subarray(start));
  }
  yield* splitter.endLine();
  yield* splitter.end();
}

class Splitter {
  readonly #maxBytes: number;
  #store = Buffer.alloc(65536);
  #length = 0;
  #lineStart = 0;
  #line = 1;
  /** The line on which an indented document began, null between documents. */
  #openedAt: number | null = null;
  #tooLong = false;
  /** Whether the current line alone is too long. Then the store does not have all of it, and the line cannot be a `{` or `}`. */
  #lineTooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  append(bytes: Buffer): void {
    if (this.#length + bytes.length > this.#maxBytes) {
      // Only the current line still matters: it may be the end of the document.
      this.#tooLong = true;
      this.#dropLinesBefore();
      this.#lineTooLong ||= this.#length + bytes.length > this.#maxBytes;
      if (this.#lineTooLong) return;
    }
    if (this.#length + bytes.length > this.#store.length) {
      const larger = Buffer.alloc(Math.max(this.#store.length * 2, this.#length + bytes.length));
      this.#store.copy(larger, 0, 0, this.#length);
      this.#store = larger;
    }
    bytes.copy(this.#store, this.#length);
    this.#length += bytes.length;
  }

  *endLine(): Generator<Frame> {
    if (this.#line === 1 && this.#store.subarray(0, this.#length).indexOf(byteOrderMark) === 0) this.#dropMark();
    const mark = this.#lineTooLong ? null : this.#onlyCharacter();
    const line = this.#line++;
    if (mark === '{') {
      if (this.#openedAt !== null) yield this.#cutOff();
      this.#openedAt = line;
    } else if (this.#openedAt === null) {
      if (mark === '' && !this.#tooLong) this.#reset();
      else yield this.#take(line);
    } else if (mark === '}') yield this.#take(this.#openedAt);
    if (this.#tooLong) this.#length = 0;
    this.#lineStart = this.#length;
    this.#lineTooLong = false;
  }

  *end(): Generator<Frame> {
    if (this.#openedAt !== null) yield this.#take(this.#openedAt);
  }

  /** The one character that the line consists of, '' for a blank line, null for any other. */
  #onlyCharacter(): string | null {
    let only = '';
    for (let at = this.#lineStart; at < this.#length; at++) {
      const byte = this.#store[at]!;
      if (blanks.has(byte)) continue;
      if (only !== '') return null;
      only = String.fromCharCode(byte);
      // In an indented document every line but the first and the last begins with blanks.
      if (at > this.#lineStart) return null;
    }
    return only;
  }

  #take(line: number): Frame {
    const frame = { line, bytes: this.#tooLong ? null : this.#store.subarray(0, this.#length) };
    this.#reset();
    return frame;
  }

  /** Returns the text before the current line. The current line stays and begins the next document. */
  #cutOff(): Frame {
    const bytes = this.#tooLong ? null : Buffer.from(this.#store.subarray(0, this.#lineStart));
    this.#dropLinesBefore();
    this.#tooLong = false;
    return { line: this.#openedAt!, bytes };
  }

  #dropLinesBefore(): void {
    this.#store.copyWithin(0, this.#lineStart, this.#length);
    this.#length -= this.#lineStart;
    this.#lineStart = 0;
  }

  #reset(): void {
    this.#length = 0;
    this.#lineStart = 0;
    this.#openedAt = null;
    this.#tooLong = false;
  }

  #dropMark(): void {
    this.#store.copyWithin(0, byteOrderMark.length, this.#length);
    this.#length -= byteOrderMark.length;
  }
}
