// A kernel release (uname -r) -> its flavour and its place among the releases of that flavour. Distributions agree on no
// grammar, so words are sorted by shape. A word whose digits may be a version or a part of the flavour's name is vague: it
// counts as flavour, so that no newer kernel is invented, and mayReplace() says whether one may have been missed.
// Order as in rpm and dpkg: digits by value, letters bytewise, a number newer than letters.

export interface KernelVersion {
  /** Words that kernels have in common which replace each other: `cloud-amd64`, `generic`, `el-x86_64`, `arch`, `lts`. */
  flavour: string;
  /** Runs of digits and of letters, most significant first. */
  segments: readonly string[];
  /** The same words read the other way: a vague word is a part of the version, and leaves its letters in the flavour. */
  loose: { flavour: string; segments: readonly string[] };
  /** The last word of the flavour that is not vague, null if there is none. */
  lastWord: string | null;
  isVague: boolean;
}

const number = /^[0-9_]+$/;
/** Marks of a pre-release, a backport or a rebuild: part of the version, and no flavour. */
const revision = /^(?:rc[0-9]+|bpo[0-9]*|deb[0-9]+(?:u[0-9]+)?|r[0-9]+|kali[0-9]+|rpt[0-9]*|[0-9]+git[0-9a-f]+)$/;
/** Raspberry Pi OS: `rpi7` is a revision in 6.1.0-rpi7-rpi-v8. Alpine's 5.15.68-0-rpi4 is for a board: `rpi4` is a flavour. */
const raspberryRevision = /^rpi[0-9]+$/;
/** Letters that name the flavour with a version behind them, as Arch Linux and the real-time patches write them. */
const taggedVersion = /^(?:arch|zen|hardened|realtime|rt|alt)[0-9]+$/;
const rpmArchitecture = /^(?:x86_64|i[3-6]86|aarch64|armv7hl|ppc64|ppc64le|s390x|riscv64|loongarch64)$/;
/** The distribution's tag in a package with an rpm architecture: el9_3, fc39, amzn2023, el9uek. */
const distributionTag = /^[a-z]+[0-9][a-z0-9_]*$/;
/** Names with digits that are no version. */
const namesWithDigits: readonly RegExp[] = [
  // Architectures, as distributions name them.
  /^(?:amd64|x86_64|x64|i[3-6]86|k[678]|arm64|aarch64|armv[0-9][a-z]*|ppc64(?:le|el)?|powerpc64(?:le)?|s390x?|riscv64)$/,
  /^(?:loong(?:arch)?64|mips64(?:el)?|sparc64|ia64|m68k|sh4|[45]kc)$/,
  // Page sizes: 64k, SUSE's 64kb.
  /^[0-9]+kb?$/,
  // Boards: Raspberry Pi OS (v7l), Alpine (rpi4), Armbian (the rest).
  /^(?:v[0-9]l?|rpi[0-9]|(?:sunxi|rockchip|meson|mvebu)64|rk[0-9]+x*|bcm[0-9]+|imx[0-9]+|odroid[a-z]+[0-9])$/,
];

/** Any string is taken; one without digits has no segments. */
export function parseKernelVersion(release: string): KernelVersion {
  const words = release.split(/[-.+~]/).filter((word) => word !== '');
  const isRpm = words.some((word) => rpmArchitecture.test(word));
  const flavour: string[] = [];
  const segments: string[] = [];
  const loose = { flavour: [] as string[], segments: [] as string[] };
  let lastWord: string | null = null;
  for (const word of words) {
    const isTag = taggedVersion.test(word) || (isRpm && distributionTag.test(word) && !rpmArchitecture.test(word));
    const isRevision = revision.test(word) || (raspberryRevision.test(word) && words.includes('rpi'));
    const runs = word.match(/[0-9]+|[A-Za-z]+/g) ?? [];
    const letters = word.replace(/[0-9_]+/g, '');
    const isVague =
      !isTag &&
      !isRevision &&
      !number.test(word) &&
      /[0-9]/.test(word) &&
      !namesWithDigits.some((name) => name.test(word));
    if (number.test(word) || isTag || isRevision) {
      segments.push(...runs);
      loose.segments.push(...runs);
      if (!isTag || isRevision) continue;
    }
    if (isVague) loose.segments.push(...runs);
    flavour.push(isTag ? letters : word);
    loose.flavour.push(isTag || isVague ? letters : word);
    if (!isVague) lastWord = isTag ? letters : word;
  }
  return {
    flavour: flavour.join('-'),
    segments,
    loose: { flavour: loose.flavour.join('-'), segments: loose.segments },
    lastWord,
    isVague: flavour.join('-') !== loose.flavour.join('-'),
  };
}

/**
 * Whether a kernel of another flavour may all the same be the successor of the running one, which nobody can tell from the
 * names: they differ only in the digits of vague words (`6.1.0-acme7-arm`, `6.1.0-acme8-arm`), or the running one has a
 * vague word and both end alike (`6.1.0-acme8-arm`, `6.6.20-arm`: a vendor may begin to number its kernels in another way).
 */
export function mayReplace(other: KernelVersion, running: KernelVersion): boolean {
  if (other.flavour === running.flavour) return false;
  const differsInDigits = other.loose.flavour === running.loose.flavour;
  const endsAlike = running.isVague && other.lastWord === running.lastWord && running.lastWord !== null;
  return (differsInDigits || endsAlike) && compareSegmentLists(other.loose.segments, running.loose.segments) > 0;
}

/** Negative if `a` is older than `b`, positive if it is newer, 0 if neither. Flavours are not looked at. */
export function compareKernelVersions(a: KernelVersion, b: KernelVersion): number {
  return compareSegmentLists(a.segments, b.segments);
}

function compareSegmentLists(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = compareSegments(a[i], b[i]);
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
