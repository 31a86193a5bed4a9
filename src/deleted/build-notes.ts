// The gone code that a process maps -> what the build of each file says of it, each file once however many processes map it.

import { keyMaker } from '../keys.ts';
import type { BuildNote } from '../procfs/build-note.ts';
import type { MountOf } from '../procfs/live-mounts.ts';
import type { Mapping } from '../procfs/maps.ts';
import type { OpenProcess } from '../procfs/process.ts';
import type { MapFinding } from './finding.ts';

export class BuildNotes {
  readonly #keyOf = keyMaker();
  readonly #known = new Map<string, BuildNote | null>();

  /** @param mappings those of the process that the findings are of */
  addTo(
    findings: readonly MapFinding[],
    mappings: readonly Mapping[],
    process: Pick<OpenProcess, 'readMappingNote'>,
    mountOf: MountOf,
  ): MapFinding[] {
    return findings.map((finding) => {
      const { role, inode, device, modifiedAtNs, ownerUid } = finding;
      // Without a stat it may not be looked at, and what is not root's may say anything.
      if (role !== 'code' || inode === null || modifiedAtNs === null || ownerUid !== 0) return finding;
      const mapping = mappings.find((each) => each.inode === inode);
      if (mapping === undefined) return finding;
      const key = this.#keyOf(device, String(inode), String(modifiedAtNs));
      const known = this.#known.get(key);
      const note =
        known !== undefined ? known : process.readMappingNote(mapping.range, { inode, modifiedAtNs }, mountOf);
      // A refusal is this process's own, and says nothing of the next one that maps the file.
      if (note !== undefined) this.#known.set(key, note);
      return { ...finding, note: note ?? null };
    });
  }
}
