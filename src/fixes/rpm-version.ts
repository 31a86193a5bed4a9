// Two rpm versions ([epoch:]version-release) -> which one is the later. The algorithm is that of rpm-version(7): runs of digits and
// of letters, everything else only separates; a tilde comes before the end, and a caret behind it.

/** Negative if `a` is earlier than `b`, positive if it is later, 0 if they are equal. A release that one of them lacks does not count. */
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

export function compareRuns(a: string, b: string): number {
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
    // A number is later than letters.
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
