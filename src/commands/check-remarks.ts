// A judgement -> the remarks about it that are not its result. They go to stderr, in every format.

import { unsaid } from '../documents/drift-gate.ts';
import type { Accepted, Drift } from '../documents/generated/drift.ts';
import { movesBaseline } from '../drift/judge.ts';
import { undecidedText } from '../render/drift/pending.ts';
import { count, enumerate } from '../render/format.ts';

/** @param writeBaseline the file of --write-baseline, or null */
export function driftRemarks(drift: Drift, writeBaseline: string | null): string[] {
  return [
    ...versionRemarks(drift),
    ...baselineRemarks(drift),
    ...acceptedRemarks(drift.accepted ?? []),
    ...[undecidedText(drift)].filter((text) => text !== null),
    ...(drift.expired ?? []).map(
      ({ file, line, until, reason }) => `the acceptance in ${file}:${line} ended on ${until}: ${reason}`,
    ),
    ...(writeBaseline !== null && !movesBaseline(drift)
      ? [`${writeBaseline} is not written, since the gate is not open (see --fail-on never)`]
      : []),
  ];
}

function versionRemarks(drift: Drift): string[] {
  const lacks = unsaid(drift);
  if (lacks.length === 0) return [];
  return [`a judgement of version ${drift.schema_version} does not say ${enumerate(lacks)}`];
}

function baselineRemarks({ baseline, host, report }: Drift): string[] {
  if (baseline === null) return [];
  const { hostname, id } = baseline.host;
  const isNamesake = hostname === host.hostname && id !== host.id;
  return [
    ...(hostname === host.hostname ? [] : [`the baseline is of another host: ${hostname}, this is ${host.hostname}`]),
    ...(isNamesake ? [`the baseline is of another host of the name ${hostname}`] : []),
    ...(baseline.complete ? [] : ['the baseline did not see everything: what is new may be older']),
    ...(baseline.generated_at > report.generated_at ? ['the baseline is newer than the report'] : []),
  ];
}

/** One sentence for each entry of the configuration. */
function acceptedRemarks(accepted: readonly Accepted[]): string[] {
  const endings = accepted.map(({ file, line, reason }) => {
    const place = file === undefined ? '' : ` by ${file}:${line}`;
    return `accepted${place}: ${reason}`;
  });
  return [...new Set(endings)].map((ending) => {
    const amount = endings.filter((each) => each === ending).length;
    return `${count(amount, 'finding')} ${ending}`;
  });
}
