// Processes that are not listed in full -> their units or containers, and the warning about them.

import type { Cut } from '../deleted/cut.ts';
import type { AffectedProcess } from '../deleted/inspect.ts';
import type { Warning } from '../documents/generated/report.ts';
import { toText } from '../procfs/bytes.ts';
import type { AttributedCut, AttributedProcess } from '../report/facts.ts';

/** Most processes that a warning names. */
const mostNames = 5;

/** By pid. @param attribute for a process that is not in `known`, because no gone file of it is known */
export function attributeCuts(
  cuts: readonly Cut[],
  known: readonly AttributedProcess[],
  attribute: (process: AffectedProcess) => AttributedProcess,
): Map<number, AttributedCut> {
  const attributions = new Map(known.map(({ pid, attribution }) => [pid, attribution]));
  const unaffected = { executable: null, maps: [], fds: [] };
  return new Map(
    cuts.map((cut) => {
      const { pid, identity } = cut;
      const attribution = attributions.get(pid) ?? attribute({ pid, identity, ...unaffected }).attribution;
      return [pid, { ...cut, attribution }];
    }),
  );
}

export function cutWarnings(cuts: Iterable<Cut>, userName: (uid: number) => string | null): Warning[] {
  const all = [...cuts];
  if (all.length === 0) return [];
  const named = all.slice(0, mostNames).map(({ pid, identity: { effectiveUid, stat } }) => {
    return `${pid} (${toText(stat.name).text} of ${userName(effectiveUid) ?? `uid ${effectiveUid}`})`;
  });
  const more = all.length > named.length ? ` and ${all.length - named.length} more` : '';
  const whose = all.length === 1 ? 'a process' : `${all.length} processes`;
  const message = `some gone files are not listed for ${whose} with too many files or too long paths: ${named.join(', ')}${more}`;
  return [{ code: 'findings_cut', message }];
}
