// Report -> a page about one host: which units run on which gone files, what these hold, what is outdated though not gone, what was hidden
// and what could not be seen.

import type { Report } from '../../../documents/generated/report.ts';
import { formatBytes } from '../../../sizes.ts';
import { readableTime } from '../../format.ts';
import { countOutdated } from '../../outdated-words.ts';
import { blocksOf } from '../../report/blocks.ts';
import { countStale, nextStep, verdictText } from '../../report/headline.ts';
import { sanitize } from '../../sanitize.ts';
import { html } from '../escape.ts';
import { type PageSection, pageHead, renderPage, type Tile, toneOf } from '../page.ts';
import { Room } from '../room.ts';
import { heldBody } from './held.ts';
import { outdatedBody } from './outdated.ts';
import { fixesBody } from './packages.ts';
import { seenBody, suppressedBody } from './seen.ts';
import { filesBody, unitsBody } from './units.ts';

/** The characters of the long lists of a page. */
const listRoom = 500_000;

export function renderScanPage(report: Report): Generator<string> {
  const { host, generated_at, scan, packages = null } = report;
  const blocks = blocksOf(report);
  const room = new Room(listRoom);
  const { text, paint } = verdictText(report);
  const hostname = sanitize(host.hostname);
  const labels = Object.entries(host.labels).map(([name, value]) => `${name}=${value}`);
  const about = [readableTime(generated_at), ...(host.os.name === null ? [] : [host.os.name]), ...labels].map(sanitize);
  const files = blocks.reduce((sum, block) => sum + block.files.length, 0);
  const outdated = blocks.reduce((sum, block) => sum + block.outdated.length, 0);
  // A report that did not look for what is outdated has nothing to say of it.
  const saysOutdated = outdated > 0 || scan.outdated != null;
  const sections: PageSection[] = [
    { id: 'units', title: 'Units and programs', aside: blocks.length, body: unitsBody(blocks, generated_at, room) },
    ...(packages === null
      ? []
      : [
          {
            id: 'fixes',
            title: 'Security fixes that wait for a restart',
            body: fixesBody(packages, host.kernel_fixes ?? null, room),
          },
        ]),
    { id: 'files', title: 'Deleted or replaced files in use', aside: files, body: filesBody(blocks, room) },
    ...(saysOutdated
      ? [{ id: 'outdated', title: 'Outdated, though not gone', aside: outdated, body: outdatedBody(blocks, room) }]
      : []),
    { id: 'held', title: 'Space held, by file system', body: heldBody(report) },
    {
      id: 'suppressed',
      title: 'Hidden by rules',
      aside: scan.suppressed.length,
      body: suppressedBody(scan.suppressed),
    },
    { id: 'seen', title: 'What was seen, and what was not', body: seenBody(report, room) },
  ];
  return renderPage({
    title: `${hostname}: scan`,
    head: html`${pageHead(`What ${hostname} still runs on files that are gone`, about, { text, tone: toneOf(paint) })}`,
    tiles: tilesOf(report),
    notes: html`<p>Next: ${nextStep(report)}</p>`,
    sections,
  });
}

function tilesOf(report: Report): Tile[] {
  const { summary, host, scan } = report;
  const outdated = countOutdated(report).processes;
  const stale = countStale(report);
  const { required } = host.reboot;
  const reboot = required === null ? 'not known' : required ? 'required' : 'not required';
  const tile = (label: string, value: number | string, href: string, isPlain: boolean): Tile => ({
    label,
    value,
    href,
    tone: isPlain ? 'plain' : 'yellow',
  });
  return [
    { ...tile('processes', stale.processes, 'units', true), note: scratchText(summary.processes - stale.processes) },
    tile('units', stale.units, 'units', true),
    ...(outdated > 0 ? [tile('outdated processes', outdated, 'outdated', false)] : []),
    tile('space held', formatBytes(summary.held_bytes), 'held', true),
    tile('reboot', reboot, 'seen', required === false),
    tile('everything seen', scan.complete ? 'yes' : 'no', 'seen', scan.complete),
  ];
}

/** Processes that use scratch files alone are in the tables, and wait for nothing. */
function scratchText(processes: number): string | null {
  return processes > 0 ? `and ${processes} with scratch files alone` : null;
}
