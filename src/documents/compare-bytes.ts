// The order of everything in a document.

/** A UTF-16 unit whose place among the others is not that of its code point: a surrogate, and what comes after them. */
const misplaced = /[\ud800-\uffff]/;

/** Bytewise: UTF-8 keeps the order of code points. JavaScript's own comparison does so below the surrogates, and is far cheaper. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (misplaced.test(a) || misplaced.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
