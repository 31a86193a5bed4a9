// What one should know of a judgement beside its result: said on stderr, in every format.

import { type Judgement, movesBaseline } from '../drift/judge.ts';
import { count } from '../render/format.ts';

export function baselineRemarks(judgement: Judgement, writeBaseline: string | null): string[] {
  const { drift, accepted, expired } = judgement;
  const { baseline, host, report } = drift;
  const remarks: string[] = [];
  if (baseline !== null) {
    const { hostname, id } = baseline.host;
    if (hostname !== host.hostname) {
      remarks.push(`the baseline is of another host: ${hostname}, this is ${host.hostname}`);
    } else if (id !== host.id) remarks.push(`the baseline is of another host of the name ${hostname}`);
    if (!baseline.complete) remarks.push('the baseline did not see everything: what is new may be older');
    if (baseline.generated_at > report.generated_at) remarks.push('the baseline is newer than the report');
  }
  for (const entry of new Set(accepted.map((each) => each.entry))) {
    const amount = accepted.filter((each) => each.entry === entry).length;
    remarks.push(`${count(amount, 'finding')} accepted by ${entry.file}:${entry.line}: ${entry.reason}`);
  }
  for (const { file, line, until, reason } of expired) {
    remarks.push(`the acceptance in ${file}:${line} ended on ${until}: ${reason}`);
  }
  if (writeBaseline !== null && !movesBaseline(drift)) {
    remarks.push(`${writeBaseline} is not written, since the gate is not open (see --fail-on never)`);
  }
  return remarks;
}
