// A mistyped name -> the known name that is fewest edits away (optimal string alignment distance).

function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, before[j - 2]! + 1);
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** The nearest of `known`; null if none is near: at most a third of the characters may differ. */
export function nearest(name: string, known: readonly string[]): string | null {
  // A long word is no typing error, and comparing it would take long.
  if (name.length > 64) return null;
  const ranked = known.map((candidate) => ({ candidate, edits: distance(name, candidate) }));
  ranked.sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(1, best.candidate.length / 3) ? best.candidate : null;
}

/** The hint for a name that is not one of `known`. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
}
