// The order of everything in a document.

/** Bytewise: UTF-8 keeps the order of code points, JavaScript's own comparison does not. */
export function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
