// The uses that rules hid -> a sum per rule. Hidden uses are counted, never lost.

import type { Suppressed } from '../documents/generated/report.ts';
import type { HideRule } from './hide-rules.ts';

export interface HiddenUse {
  rule: Pick<HideRule, 'id' | 'reason'>;
  via: 'map' | 'fd';
  heldBytes: number | null;
  /** Key of the file on disk (see fileKey), so that its bytes count once. */
  file: string | null;
}

export class SuppressedTally {
  /** By rule id, because each helper has its own copies of the rules. */
  readonly #byRule = new Map<
    string,
    { rule: HiddenUse['rule']; maps: number; fds: number; heldBytes: number; files: Set<string> }
  >();

  add({ rule, via, heldBytes, file }: HiddenUse): void {
    let entry = this.#byRule.get(rule.id);
    if (!entry) {
      entry = { rule, maps: 0, fds: 0, heldBytes: 0, files: new Set() };
      this.#byRule.set(rule.id, entry);
    }
    if (via === 'map') entry.maps++;
    else entry.fds++;
    if (heldBytes === null || file === null || entry.files.has(file)) return;
    entry.files.add(file);
    entry.heldBytes += heldBytes;
  }

  /** By rule id. */
  toDocument(): Suppressed[] {
    return [...this.#byRule.values()]
      .map(({ rule, maps, fds, heldBytes }) => ({
        rule: rule.id,
        reason: rule.reason,
        maps,
        fds,
        held_bytes: heldBytes,
      }))
      .sort((a, b) => (a.rule < b.rule ? -1 : 1));
  }
}
