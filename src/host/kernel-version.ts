// Kernel releases: their order and their flavour. 6.1.0-27-amd64 and 6.1.0-27-cloud-amd64 are different kernels, not versions.

interface Release {
  numbers: number[];
  flavour: string;
}

/**
 * Numbers count in order; the words between them are the flavour: `amd64`, `generic`, `lts`, `el9 x86_64`.
 * A letter glued to numbers (`el9_3`, `arch1`, `fc39`) is the distribution's own and its number counts.
 */
export function parseRelease(release: string): Release {
  const numbers: number[] = [];
  const words: string[] = [];
  for (const part of release.split(/[-.+_~]/)) {
    if (/^[0-9]+$/.test(part)) numbers.push(Number(part));
    else {
      const build = /^(arch|el|fc|rc|lp|hardened|zen)([0-9]+)$/.exec(part);
      if (build) {
        // A release candidate comes before its release.
        numbers.push(build[1] === 'rc' ? Number(build[2]) - 1_000_000 : Number(build[2]));
        if (build[1] !== 'rc') words.push(build[1] ?? '');
      } else if (part !== '') words.push(part);
    }
  }
  return { numbers, flavour: words.join('-') };
}

export function isSameFlavour(a: string, b: string): boolean {
  return parseRelease(a).flavour === parseRelease(b).flavour;
}

/** Negative where a is older than b. */
export function compareReleases(a: string, b: string): number {
  const left = parseRelease(a).numbers;
  const right = parseRelease(b).numbers;
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
