// Byte strings: the kernel gives bytes, not text (paths, names, command lines). A byte string has one UTF-16 unit per byte
// (latin1): nothing is lost, and it is cheap to slice. It becomes UTF-8 text only when a document is built.

/** One UTF-16 unit (0..255) per byte. */
export type Bytes = string;

export interface PrintedText {
  text: string;
  /** The raw bytes in base64 if `text` has lost some of them, else null. */
  base64: string | null;
}

const ascii = /^[\x00-\x7f]*$/;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes as a Buffer, as file system calls want them. */
export function toBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes, 'latin1');
}

/** UTF-8 text as a byte string. */
export function fromText(text: string): Bytes {
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Decodes a base64 field of a document. */
export function fromBase64(base64: string): Bytes {
  return Buffer.from(base64, 'base64').toString('latin1');
}

/** A document's text and its `…_base64` sibling. toText() goes the other way. */
export function fromDocument(text: string, base64: string | null): Bytes {
  return base64 === null ? fromText(text) : fromBase64(base64);
}

/** Decodes UTF-8. Invalid bytes become U+FFFD; then the base64 form has the real bytes. */
export function toText(bytes: Bytes): PrintedText {
  if (ascii.test(bytes)) return { text: bytes, base64: null };
  const buffer = toBuffer(bytes);
  const text = decoder.decode(buffer);
  return { text, base64: Buffer.from(text, 'utf8').equals(buffer) ? null : buffer.toString('base64') };
}
