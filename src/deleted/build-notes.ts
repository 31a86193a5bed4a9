// The gone code that a process maps -> the build's note in each file. Each file is read once, however many processes map it.

import { keyMaker } from '../keys.ts';
import type { BuildNote } from '../procfs/build-note.ts';
import type { MountOf } from '../procfs/live-mounts.ts';
import type { Mapping } from '../procfs/maps.ts';
import type { OpenProcess } from '../procfs/process.ts';
import type { MapFinding } from './finding.ts';

export class BuildNotes {
  readonly #keyOf = keyMaker();
  readonly #known = new Map<string, BuildNote | null>();

  /** @param mappings the mappings of the process that has the findings */
  addTo(
    findings: readonly MapFinding[],
    mappings: readonly Mapping[],
    process: Pick<OpenProcess, 'readMappingNote'>,
    mountOf: MountOf,
  ): MapFinding[] {
    return findings.map((finding) => {
      const { role, inode, device, modifiedAtNs, ownerUid } = finding;
      // A file without a stat must not be read, and the note in a file that is not root's may be false.
      if (role !== 'code' || inode === null || modifiedAtNs === null || ownerUid !== 0) return finding;
      const mapping = mappings.find((each) => each.inode === inode);
      if (mapping === undefined) return finding;
      const key = this.#keyOf(device, String(inode), String(modifiedAtNs));
      const known = this.#known.get(key);
      const note =
        known !== undefined ? known : process.readMappingNote(mapping.range, { inode, modifiedAtNs }, mountOf);
      // A refusal is true of this process alone. The next process that maps the file may let us read it.
      if (note !== undefined) this.#known.set(key, note);
      return { ...finding, note: note ?? null };
    });
  }
}
