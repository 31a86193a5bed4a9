// Two rpm versions ([epoch:]version-release) -> the later one. The algorithm is in rpm-version(7): it compares runs of digits and
// runs of letters, and every other character only separates. A tilde comes before the end, and a caret comes after it.

/** Returns a negative number if `a` is earlier, a positive one if `a` is later, else 0. A release counts only if both have one. */
export function compareRpmVersions(a: string, b: string): number {
  const [ours, theirs] = [splitVersion(a), splitVersion(b)];
  return (
    compareRuns(ours.epoch, theirs.epoch) ||
    compareRuns(ours.version, theirs.version) ||
    (ours.release === '' || theirs.release === '' ? 0 : compareRuns(ours.release, theirs.release))
  );
}

function splitVersion(text: string): { epoch: string; version: string; release: string } {
  const [, epoch, version, release] = /^(?:(\d*):)?(.*?)(?:-([^-]*))?$/s.exec(text) as RegExpExecArray;
  return { epoch: epoch || '0', version: version ?? '', release: release ?? '' };
}

const isSeparator = (character: string | undefined): boolean =>
  character !== undefined && !/[A-Za-z0-9~^]/.test(character);

function compareRuns(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while (isSeparator(a[i])) i++;
    while (isSeparator(b[j])) j++;
    if (a[i] === '~' || b[j] === '~') {
      if (a[i] !== '~') return 1;
      if (b[j] !== '~') return -1;
      i++;
      j++;
      continue;
    }
    if (a[i] === '^' || b[j] === '^') {
      if (i >= a.length) return -1;
      if (j >= b.length) return 1;
      if (a[i] !== '^') return 1;
      if (b[j] !== '^') return -1;
      i++;
      j++;
      continue;
    }
    if (i >= a.length || j >= b.length) break;
    const isNumber = /[0-9]/.test(a[i]!);
    const run = isNumber ? /[0-9]+/y : /[A-Za-z]+/y;
    const ours = runAt(run, a, i);
    const theirs = runAt(run, b, j);
    // A run of digits is later than a run of letters.
    if (theirs === '') return isNumber ? 1 : -1;
    const difference = isNumber ? compareNumbers(ours, theirs) : ours < theirs ? -1 : ours > theirs ? 1 : 0;
    if (difference !== 0) return difference;
    i += ours.length;
    j += theirs.length;
  }
  return i >= a.length && j >= b.length ? 0 : i >= a.length ? -1 : 1;
}

function runAt(run: RegExp, text: string, at: number): string {
  run.lastIndex = at;
  return run.exec(text)?.[0] ?? '';
}

function compareNumbers(a: string, b: string): number {
  const [ours, theirs] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (ours.length !== theirs.length) return ours.length - theirs.length;
  return ours < theirs ? -1 : ours > theirs ? 1 : 0;
}
