// The processor's microcode, of a report or a plan -> a line for people if there is something to do or to know about it.

import type { Microcode } from '../documents/generated/plan.ts';
import { sanitize } from './sanitize.ts';

/** Sanitized; empty if it is current, or nothing is known of it. */
export function microcodeText(microcode: Microcode | null | undefined): string {
  if (!microcode) return '';
  const runs = `${revisionText(microcode.running)} runs`;
  const initrd = revisionText(microcode.in_initrd);
  switch (microcode.state) {
    case 'pending':
      return `${runs}, a reboot loads ${initrd}`;
    case 'not_in_initrd':
      return `${runs}, ${revisionText(microcode.in_firmware)} is in /lib/firmware and not in the initrd: make the initrd anew (update-initramfs -u, dracut --force or mkinitcpio -P), then reboot`;
    case 'refused':
      return `${runs}, although the initrd had ${initrd} at the last boot: the boot loader did not load it, or the kernel or the processor did not take it; the firmware of the board (BIOS) may be too old for it`;
    case 'current':
    case 'unknown':
      return '';
  }
}

function revisionText(revision: string | null): string {
  return sanitize(revision ?? 'an unknown revision');
}
