// A kernel release (uname -r) -> its flavour and its place among the releases of that flavour. Distributions agree on no
// grammar, so words are sorted by shape; what is not recognised belongs to the flavour, which can only hide a newer kernel,
// never invent one. Order as in rpm and dpkg: digits by value, letters bytewise, a number newer than letters.

export interface KernelVersion {
  /** Words that kernels have in common which replace each other: `cloud-amd64`, `generic`, `el-x86_64`, `arch`, `lts`. */
  flavour: string;
  /** Runs of digits and of letters, most significant first. */
  segments: readonly string[];
}

const number = /^[0-9_]+$/;
/** Marks of a pre-release, a backport or a rebuild: part of the version, and no flavour. */
const revision = /^(?:rc[0-9]+|bpo[0-9]*|deb[0-9]+(?:u[0-9]+)?|r[0-9]+|[0-9]+git[0-9a-f]+)$/;
/** Letters that name the flavour with a version behind them, as Arch Linux and the real-time patches write them. */
const taggedVersion = /^(?:arch|zen|hardened|realtime|rt)[0-9]+$/;
const rpmArchitecture = /^(?:x86_64|i[3-6]86|aarch64|armv7hl|ppc64|ppc64le|s390x|riscv64|loongarch64)$/;
/** The distribution's tag in a package with an rpm architecture: el9_3, fc39, amzn2023, el9uek. */
const distributionTag = /^[a-z]+[0-9][a-z0-9_]*$/;

/** Any string is taken; one without digits has no segments. */
export function parseKernelVersion(release: string): KernelVersion {
  const words = release.split(/[-.+~]/).filter((word) => word !== '');
  const isRpm = words.some((word) => rpmArchitecture.test(word));
  const flavour: string[] = [];
  const segments: string[] = [];
  for (const word of words) {
    const isTag = taggedVersion.test(word) || (isRpm && distributionTag.test(word) && !rpmArchitecture.test(word));
    const isRevision = revision.test(word);
    if (number.test(word) || isTag || isRevision) segments.push(...(word.match(/[0-9]+|[A-Za-z]+/g) ?? []));
    else flavour.push(word);
    if (isTag && !isRevision) flavour.push(word.replace(/[0-9_]+/g, ''));
  }
  return { flavour: flavour.join('-'), segments };
}

/** Negative where `a` is older than `b`, positive where it is newer, 0 where neither. Flavours are not looked at. */
export function compareKernelVersions(a: KernelVersion, b: KernelVersion): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let i = 0; i < length; i++) {
    const difference = compareSegments(a.segments[i], b.segments[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareSegments(a: string | undefined, b: string | undefined): number {
  const difference = rank(a) - rank(b);
  if (difference !== 0 || a === undefined || b === undefined) return difference;
  if (/^[0-9]/.test(a)) return Math.sign(Number(BigInt(a) - BigInt(b)));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A release candidate comes before its release, and a backport before what it was made from: both below the end. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === 'rc' || segment === 'bpo') return 0;
  return /^[0-9]/.test(segment) ? 3 : 2;
}
