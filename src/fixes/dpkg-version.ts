// Two Debian versions -> the later one. The algorithm is in deb-version(7).

interface Parts {
  epoch: string;
  upstream: string;
  revision: string;
}

function splitVersion(version: string): Parts {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? '' : version.slice(0, colon),
    upstream: hyphen === -1 ? rest : rest.slice(0, hyphen),
    revision: hyphen === -1 ? '' : rest.slice(hyphen + 1),
  };
}

/** Returns a negative number if `a` is earlier than `b`, a positive number if `a` is later, 0 if they are equal. */
export function compareDpkgVersions(a: string, b: string): number {
  const [ours, theirs] = [splitVersion(a), splitVersion(b)];
  return (
    comparePart(ours.epoch, theirs.epoch) ||
    comparePart(ours.upstream, theirs.upstream) ||
    comparePart(ours.revision, theirs.revision)
  );
}

const isDigit = (text: string, at: number): boolean => text[at] !== undefined && text[at]! >= '0' && text[at]! <= '9';

/** A tilde comes before the end, the end before letters, and letters before everything else. */
function rank(text: string, at: number): number {
  const character = text[at];
  if (character === undefined || isDigit(text, at)) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

/** Compares runs of other characters and runs of digits in turn. Digits count by their value, so any number of digits is fine. */
function comparePart(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

/** Removes the number of a rebuild that changed no source: 1.2-3 for `1.2-3+b4`. */
export function withoutRebuild(version: string): string {
  return version.replace(/\+b[0-9]+$/, '');
}
