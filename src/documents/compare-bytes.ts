// The order of everything in a document.

/** Matches the UTF-16 units that sort differently from their code points: the surrogates, and everything above them. */
const misplaced = /[\ud800-\uffff]/;

/** Compares bytewise, since UTF-8 keeps the order of code points. Below the surrogates JavaScript's own comparison does the same, and is far cheaper. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (misplaced.test(a) || misplaced.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
