// The processor, the firmware folder and the images in /boot -> which microcode runs, and whether a reboot would load a newer one.
// Documentation/arch/x86/microcode.rst of the kernel: updates are loaded from the front of the initrd, at the start of a boot.

import { join } from 'node:path';
import type { Microcode, MicrocodeOutdated } from '../../documents/generated/report.ts';
import { formatTimeNs } from '../../documents/time.ts';
import { type HostPlaces, readContainer } from '../container.ts';
import { readInstalledKernels } from '../kernels.ts';
import { findNextKernel } from '../next-kernel.ts';
import type { Host } from '../trusted-file.ts';
import { readFirmware } from './firmware.ts';
import { type BootImage, readBootImages } from './initrd.ts';
import { wasRefused } from './kernel-log.ts';
import { readLoaded, readProcessor, readSaysOld } from './processor.ts';
import { comparableRevision, formatRevision } from './revision.ts';
import type { Revision } from './span.ts';

export interface MicrocodeAnswer {
  /** null in a container and a virtual machine, and on processors of other vendors. */
  microcode: Microcode | null;
  /** A newer revision that a reboot would load. */
  reasons: MicrocodeOutdated[];
  /** A sentence if something is odd. */
  problems: string[];
}

interface Facts {
  /** The revision that runs. */
  running: number;
  /** The newest revision in the firmware folder; null if it has none for this processor. */
  firmware: number | null;
  initrd: number | null;
  /** Whether every file that may be for this processor was read. */
  complete: boolean;
  /** Whether this boot would have loaded the newest revision of the initrd; null if that is not known. */
  wasOffered: boolean | null;
}

const nothing: MicrocodeAnswer = { microcode: null, reasons: [], problems: [] };

/**
 * @param release the running kernel, null if it is not known
 * @param bootTime in seconds since the epoch, null if it is not known
 */
export function readMicrocode(places: HostPlaces, release: string | null, bootTime: number | null): MicrocodeAnswer {
  const { root, procPath, init, isLocal } = places;
  // /sys always shows the running kernel, and another procfs may be of another host.
  if (procPath !== join(root, 'proc') || readContainer(root, procPath, init) !== null) return nothing;
  const processor = readProcessor(procPath);
  if (processor === null) return nothing;
  const host: Host = { root, isLocal };
  const current = readLoaded(root);
  const next = release === null ? null : findNextKernel(release, readInstalledKernels(host));
  const firmware = readFirmware(host, processor, current);
  const { images, hasInitrd } = readBootImages(host, next, processor, current);
  const running = comparableRevision(processor, current);
  const image = newestImage(images);
  const facts = {
    firmware: newestOf(firmware),
    initrd: image?.revision ?? null,
    complete: hasInitrd && ![...firmware, ...images.map(({ revision }) => revision)].includes('unknown'),
    wasOffered: image === null ? null : wasOffered(image, next === release, bootTime),
  };
  const judged = running === null ? 'unknown' : judge({ running, ...facts });
  // The initrd was made anew since, perhaps with what the kernel of this very boot did not take. A newer kernel may take it.
  const isRefused = judged === 'pending' && next === release && processor.vendor === 'amd' && image !== null;
  const state = isRefused && wasRefused(root, image.revision) ? 'refused' : judged;
  return {
    microcode: {
      vendor: processor.vendor,
      running: format(running),
      in_initrd: format(facts.initrd),
      in_firmware: format(facts.firmware),
      kernel_says_old: readSaysOld(root, processor),
      state,
    },
    reasons: state === 'pending' && running !== null && image !== null ? [reasonOf(running, image)] : [],
    problems: describeDifference(current.revisions),
  };
}

/** The first row that fits. */
function judge({ running, firmware, initrd, complete, wasOffered }: Facts): Microcode['state'] {
  const isNewer = (revision: number | null) => revision !== null && revision > running;
  if (isNewer(initrd)) return wasOffered === null ? 'unknown' : wasOffered ? 'refused' : 'pending';
  if (!complete) return 'unknown';
  if (isNewer(firmware)) return 'not_in_initrd';
  // No revision anywhere for this processor: nothing is known of it.
  return firmware === null && initrd === null ? 'unknown' : 'current';
}

/**
 * A revision that was in the initrd before the host booted with it was offered and not taken.
 * @param isBooted whether the kernel of the next boot is the running one
 */
function wasOffered({ times, isShared }: BootImage, isBooted: boolean, bootTime: number | null): boolean | null {
  if (!isBooted && !isShared) return false;
  if (times === null || bootTime === null) return null;
  const bootedAtNs = BigInt(bootTime) * 1_000_000_000n;
  return times.writtenAtNs < bootedAtNs && times.changedAtNs < bootedAtNs;
}

type ImageWithRevision = BootImage & { revision: number };

function newestImage(images: readonly BootImage[]): ImageWithRevision | null {
  const known = images.filter((image): image is ImageWithRevision => typeof image.revision === 'number');
  return known.sort((a, b) => b.revision - a.revision)[0] ?? null;
}

function newestOf(revisions: readonly Revision[]): number | null {
  const known = revisions.filter((revision) => typeof revision === 'number');
  return known.length === 0 ? null : Math.max(...known);
}

function reasonOf(running: number, { revision, path, times }: ImageWithRevision): MicrocodeOutdated {
  return {
    code: 'microcode_outdated',
    running: formatRevision(running),
    installed: formatRevision(revision),
    path,
    since: formatTimeNs(times?.writtenAtNs ?? null),
  };
}

function format(revision: number | null): string | null {
  return revision === null ? null : formatRevision(revision);
}

/** Processors of one host that run several revisions are odd: all of them load the same file. */
function describeDifference(revisions: readonly number[]): string[] {
  if (revisions.length < 2) return [];
  const named = revisions.map(formatRevision).join(', ');
  return [
    `the processors of this host run several revisions of microcode (${named}): whether it is current is not known`,
  ];
}
