// A kernel release (uname -r) -> its flavour, and its place among the releases of that flavour. Distributions share no grammar, so
// words are sorted by shape. If the digits of a word may be a version or a part of the flavour's name, the word is vague. A vague
// word counts as flavour, so that no newer kernel is invented; mayReplace() says whether one may have been missed.
// The order is that of rpm and dpkg: digits by value, letters bytewise, a number is newer than letters.

export interface KernelVersion {
  /** Words that are equal in kernels that replace each other: `cloud-amd64`, `generic`, `el-x86_64`, `arch`, `lts`. */
  flavour: string;
  /** Runs of digits and runs of letters, most significant first. */
  segments: readonly string[];
  /** The same if vague words are read as a part of the version: only their letters are in the flavour. */
  loose: { flavour: string; segments: readonly string[] };
  /** The last word of the flavour that is not vague; null if there is none. */
  lastWord: string | null;
  isVague: boolean;
}

const number = /^[0-9_]+$/;
/** Marks of a pre-release, a backport or a rebuild. They are part of the version, not of the flavour. */
const revision = /^(?:rc[0-9]+|bpo[0-9]*|deb[0-9]+(?:u[0-9]+)?|r[0-9]+|kali[0-9]+|rpt[0-9]*|[0-9]+git[0-9a-f]+)$/;
/** `rpi7` is a revision in 6.1.0-rpi7-rpi-v8 of Raspberry Pi OS. `rpi4` is a flavour, a board, in Alpine's 5.15.68-0-rpi4. */
const raspberryRevision = /^rpi[0-9]+$/;
/** Letters that name the flavour, followed by a version, as in Arch Linux and in the real-time patches. Radxa has the year and month: rk2410. */
const taggedVersion = /^(?:(?:arch|zen|hardened|realtime|rt|alt)[0-9]+|rk2[0-9]{3})$/;
const rpmArchitecture = /^(?:x86_64|i[3-6]86|aarch64|armv7hl|ppc64|ppc64le|s390x|riscv64|loongarch64)$/;
/** The distribution's tag in a package with an rpm architecture: el9_3, fc39, amzn2023, el9uek. */
const distributionTag = /^[a-z]+[0-9][a-z0-9_]*$/;
/** Names with digits that are not a version. */
const namesWithDigits: readonly RegExp[] = [
  // Architectures, as distributions name them.
  /^(?:amd64|x86_64|x64|i[3-6]86|k[678]|arm64|aarch64|armv[0-9][a-z]*|ppc64(?:le|el)?|powerpc64(?:le)?|s390x?|riscv64)$/,
  /^(?:loong(?:arch)?64|mips64(?:el)?|sparc64|ia64|m68k|sh4|[45]kc)$/,
  // Page sizes: 64k, SUSE's 64kb.
  /^[0-9]+kb?$/,
  // Boards: Raspberry Pi OS (v7l), Alpine (rpi4), Armbian (the rest).
  /^(?:v[0-9]l?|rpi[0-9]|(?:sunxi|rockchip|meson|mvebu)64|rk3[0-9]+x*|bcm[0-9]+|imx[0-9]+|odroid[a-z]+[0-9])$/,
];

/** Takes any string; a string without digits has no segments. */
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
 * Whether a kernel of another flavour may still be the successor of the running one. The names cannot tell that if they differ only
 * in the digits of vague words (`6.1.0-acme7-arm`, `6.1.0-acme8-arm`), or if the running one has a vague word and both end alike
 * (`6.1.0-acme8-arm`, `6.6.20-arm`: a vendor may change how it numbers its kernels).
 */
export function mayReplace(other: KernelVersion, running: KernelVersion): boolean {
  if (other.flavour === running.flavour) return false;
  const differsInDigits = other.loose.flavour === running.loose.flavour;
  const endsAlike = running.isVague && other.lastWord === running.lastWord && running.lastWord !== null;
  return (differsInDigits || endsAlike) && compareSegmentLists(other.loose.segments, running.loose.segments) > 0;
}

/** Negative if `a` is older than `b`, positive if `a` is newer, 0 if neither. Flavours are not compared. */
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

/** A release candidate comes before its release, and a backport before its original. So both rank below the end of a release. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === 'rc' || segment === 'bpo') return 0;
  return /^[0-9]/.test(segment) ? 3 : 2;
}
