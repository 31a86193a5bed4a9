// Report -> the first and the last sentence for a person: what was found, and the next step.

import { countUnlisted } from '../../documents/coverage.ts';
import type { Report, Role } from '../../documents/generated/report.ts';
import { count } from '../format.ts';
import { heldWords } from '../held-text.ts';
import type { Paint } from '../layout.ts';
import { countOutdated } from '../outdated-words.ts';

/** Whether the whole host was looked at and nothing was found: only then is it clean. */
function isClean(report: Report): boolean {
  return isEmpty(report) && report.scan.complete && !kernelHolds(report) && countOutdated(report).processes === 0;
}

function kernelHolds({ kernel_held }: Report): boolean {
  return (kernel_held ?? []).length > 0;
}

export function verdictText(report: Report): { text: string; paint: Paint } {
  const { summary, scan } = report;
  if (isClean(report)) {
    const ignored = scan.filters.ignore.length + scan.filters.ignore_literal.length;
    const but = ignored > 0 ? ', but for what --ignore leaves out' : '';
    return { text: `Nothing on this host runs on files that are gone${but}.`, paint: 'green' };
  }
  const outdated = countOutdated(report);
  const those = `${count(outdated.processes, 'process')}${outdated.units > 0 ? ` (${count(outdated.units, 'unit')})` : ''}`;
  const areOutdated = `${those} ${outdated.processes === 1 ? 'is' : 'are'} outdated`;
  if (isEmpty(report) && outdated.processes > 0) {
    const more = scan.complete ? '' : ' Not everything was looked at.';
    return { text: `Nothing was found that runs on files that are gone, but ${areOutdated}.${more}`, paint: 'bold' };
  }
  if (isEmpty(report) && scan.complete) {
    const files = count(report.kernel_held?.length ?? 0, 'file');
    return { text: `No process runs on files that are gone, but the kernel itself uses ${files}.`, paint: 'bold' };
  }
  if (isEmpty(report)) {
    return {
      text: 'Nothing was found, but not everything was looked at: this host may not be clean.',
      paint: 'yellow',
    };
  }
  const stale = countStale(report);
  const also = outdated.processes > 0 ? ` ${areOutdated}, though not gone.` : '';
  const more = `${also}${scan.complete ? '' : ' There may be more.'}`;
  const held = summary.held_bytes > 0 ? heldWords(summary) : null;
  if (stale.processes === 0) {
    const holders = `${count(summary.processes, 'process')} ${summary.processes === 1 ? 'uses' : 'use'} scratch files`;
    const text = `No program or library in use is gone: ${holders}${held === null ? '' : `, which hold ${held}`}.${more}`;
    return { text, paint: scan.complete ? 'green' : 'yellow' };
  }
  const one = stale.processes === 1;
  const found = [
    count(stale.processes, 'process'),
    ...(stale.units > 0 ? [`(${count(stale.units, 'unit')})`] : []),
    `${one ? 'runs' : 'run'} on files that are gone`,
    ...(held === null ? [] : [`and ${one ? 'holds' : 'hold'} ${held}`]),
  ];
  return { text: `${found.join(' ')}.${more}`, paint: 'bold' };
}

/** Counts the processes and units that use gone files other than scratch, which is meant to be gone. */
export function countStale(report: Report): { processes: number; units: number } {
  const isCause = ({ role }: { role: Role }): boolean => role !== 'scratch';
  const units = report.units.filter(({ files }) => files.some(isCause));
  // With --detail units there are no processes, and only the summary counts those in no unit.
  const pids = new Set(units.flatMap(({ files }) => files.filter(isCause).flatMap((file) => file.pids)));
  for (const { pid, maps, fds } of report.processes) if (maps.some(isCause) || fds.some(isCause)) pids.add(pid);
  return { processes: pids.size + countUnlisted(report), units: units.length };
}

/** The first match wins. */
const steps: readonly { step: string; when: (report: Report) => boolean }[] = [
  {
    step: 'run as root to see all processes, then lib-users plan',
    when: (report) => isBlind(report) && report.scan.effective_uid !== 0 && hasCause(report),
  },
  { step: 'lib-users plan', when: hasCause },
  {
    step: 'run as root to see all processes',
    when: (report) => isBlind(report) && report.scan.effective_uid !== 0,
  },
  { step: 'give the scanner CAP_SYS_PTRACE, or run it on the host itself, to see all processes', when: isBlind },
  { step: 'scan again: some processes could not be read', when: ({ scan }) => scan.processes.failed > 0 },
  {
    step: 'see to the processes that keep their readers waiting (ps and lsof wait for them too)',
    when: ({ scan }) => (scan.processes.blocked ?? 0) > 0,
  },
  { step: 'scan without filters to see the whole host', when: ({ scan }) => !scan.complete },
  { step: 'reboot', when: ({ host }) => host.reboot.required === true },
  { step: 'see to what the kernel uses (losetup --detach, swapoff)', when: kernelHolds },
  { step: 'nothing to do', when: isEmpty },
  { step: 'nothing to do: scratch files are meant to be gone', when: () => true },
];

export function nextStep(report: Report): string {
  return steps.find(({ when }) => when(report))!.step;
}

function isEmpty(report: Report): boolean {
  return (
    report.summary.processes === 0 &&
    report.units.every(({ files, outdated = [] }) => files.length === 0 && outdated.length > 0) &&
    report.processes.every(({ maps, fds, outdated = [] }) => maps.length + fds.length === 0 && outdated.length > 0)
  );
}

function isBlind({ scan, warnings }: Report): boolean {
  return scan.processes.denied > 0 || warnings.some(({ code }) => code === 'hidepid');
}

/** Whether the report may show more than scratch. */
function hasCause(report: Report): boolean {
  const roles = [
    ...report.units.flatMap(({ files }) => files.map(({ role }) => role)),
    ...report.processes.flatMap(({ maps, fds }) => [...maps, ...fds].map(({ role }) => role)),
  ];
  return countUnlisted(report) > 0 || roles.some((role) => role !== 'scratch') || countOutdated(report).processes > 0;
}
