// Plan -> a page to work by: what people must decide first, then every command in its order with its reasons and a button that copies it.

import type { Action, Holder, Ignored, Plan } from '../../documents/generated/plan.ts';
import { formatBytes } from '../../sizes.ts';
import { containerName } from '../container-name.ts';
import { closesText, longIdsText, versionsText } from '../fixes-words.ts';
import { count, formatUser, quote, readableTime } from '../format.ts';
import { microcodeText } from '../microcode-text.ts';
import { impactText } from '../plan/impact.ts';
import { isHolding, planVerdict, rebootLines, unseenText } from '../plan/text.ts';
import { becauseText, explain, sections as kinds, nameTarget } from '../plan/words.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { orderReasons } from '../report/file-order.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';
import { shellLine } from '../shell-words.ts';
import { barMaker } from './bars.ts';
import { type Html, html, mostCharacters, type Value } from './escape.ts';
import { type PageSection, pageHead, renderPage, type Tile, toneOf } from './page.ts';
import { firstRows } from './room.ts';
import { renderFacts, renderNote, renderTable } from './table.ts';

const mostActions = 1000;
const mostRows = 500;
const shownFiles = 20;

export function renderPlanPage(plan: Plan): Generator<string> {
  const { host, report, actions, ignored, held = [] } = plan;
  const { text, paint } = planVerdict(plan);
  const hostname = sanitize(host.hostname);
  const isOwn = ({ callers_own = false }: Action): boolean => callers_own;
  const forPeople = actions.filter((action) => action.argv === null && !isOwn(action));
  const commands = actions.filter((action) => action.argv !== null && !isOwn(action));
  const own = actions.filter(isOwn);
  const holders = held.filter(({ held_bytes }) => held_bytes > 0);
  const pageSections: PageSection[] = [
    { id: 'people', title: 'Left to people', aside: forPeople.length, body: listActions(forPeople, nothingForPeople) },
    { id: 'todo', title: 'Commands, in this order', aside: commands.length, body: listCommands(commands) },
    ...(own.length === 0
      ? []
      : [{ id: 'own', title: 'Your own connection, which ends when you log out', body: listActions(own, '') }]),
    { id: 'reboot', title: 'Reboot', body: rebootBody(plan) },
    ...(plan.fixes == null ? [] : [{ id: 'fixes', title: 'Security fixes', body: fixesBody(plan.fixes) }]),
    { id: 'held', title: 'Space that gone files hold', aside: holders.length, body: heldBody(holders) },
    { id: 'ignored', title: 'Files about which nothing is to do', aside: ignored.length, body: ignoredBody(ignored) },
  ];
  const about = [`from the report of ${readableTime(report.generated_at)}`];
  return renderPage({
    title: `${hostname}: plan`,
    head: html`${pageHead(`What to do on ${hostname}`, about, { text, tone: toneOf(paint) })}`,
    tiles: tilesOf(plan, forPeople.length, commands.length),
    notes: unseenNote(plan),
    sections: pageSections,
  });
}

const nothingForPeople = 'Nothing is left to people.';

function tilesOf({ reboot, fixes = null }: Plan, forPeople: number, commands: number): Tile[] {
  const required = reboot.required === null ? 'not known' : reboot.required ? 'required' : 'not required';
  return [
    { label: 'left to people', value: forPeople, href: 'people', tone: forPeople > 0 ? 'yellow' : 'plain' },
    { label: 'commands to run', value: commands, href: 'todo', tone: 'plain' },
    { label: 'reboot', value: required, href: 'reboot', tone: reboot.required === false ? 'plain' : 'yellow' },
    ...(fixes === null
      ? []
      : [
          {
            label: 'fixes closed',
            value: `${fixes.complete ? '' : 'at least '}${fixes.count}`,
            href: 'fixes',
            tone: 'plain',
          } as const,
        ]),
  ];
}

function unseenNote({ unseen_users = [] }: Plan): Html | null {
  const text = unseenText(unseen_users);
  return text === null ? null : renderNote(`Not seen: ${text}`, 'yellow');
}

/** The facts of an action, in the order in which they are read. One that says nothing is left out. */
const actionFacts: readonly (readonly [name: string, text: (action: Action) => Value])[] = [
  ['Command', commandCell],
  ['Closes', ({ fixes = null }) => closesText(fixes)],
  ['Impact', impactText],
  ['To know', (action) => explain(action).join('; ')],
  ['Because', becauseCell],
];

/** A command that might not be what it looks like, or that the page would cut, is not shown for copying. */
function commandCell({ argv }: Action): Value {
  if (argv === null) return null;
  const line = shellLine(argv);
  if (line === null || line.length > mostCharacters)
    return 'its command is not safe to copy from here: see --format json';
  return html`<code class="command" data-copy>${line}</code>`;
}

function becauseCell({ because }: Action): Value {
  const more = because.length - shownFiles;
  const lines = orderReasons(because).slice(0, shownFiles).map(becauseText);
  const all = more > 0 ? [...lines, `and ${count(more, 'other file')}`] : lines;
  return all.length === 0 ? null : all.map((line, index) => html`${index === 0 ? null : html`<br>`}${line}`);
}

function verbOf(action: Action): string {
  return kinds.find(({ holds }) => holds(action))?.verb ?? '';
}

/** @param from the number of the first action */
function* listActions(actions: readonly Action[], none: string, from = 1): Generator<Html> {
  if (actions.length === 0) {
    yield renderNote(none);
    return;
  }
  const [shown, note] = firstRows(actions, mostActions, 'actions');
  yield html`<ol class="todo" start="${from}">`;
  for (const action of shown) {
    const facts = actionFacts.map(([name, text]) => [name, text(action)] as const);
    const title = `${verbOf(action)} ${nameTarget(action)}`;
    yield html`<li><label><input type="checkbox"> <strong>${title}</strong></label>${renderFacts(facts)}</li>`;
  }
  yield html`</ol>`;
  if (note !== null) yield note;
}

/** The plan's order is kept; what carries the caller comes last. */
function* listCommands(commands: readonly Action[]): Generator<Html> {
  const first = commands.filter(({ carries_caller }) => !carries_caller);
  const last = commands.filter(({ carries_caller }) => carries_caller);
  if (commands.length === 0) yield renderNote('There is no command to run.');
  let next = 1;
  for (const { title, holds } of kinds) {
    const held = first.filter(holds);
    if (held.length === 0) continue;
    yield html`<h3>${title}</h3>`;
    yield* listActions(held, '', next);
    next += held.length;
  }
  if (last.length > 0) {
    yield html`<h3>Last, since this scan was run from within</h3>`;
    yield* listActions(last, '', next);
  }
}

function* rebootBody({ reboot, microcode }: Plan): Generator<Html> {
  for (const line of rebootLines(reboot)) yield html`<p>${line}</p>`;
  const loaded = microcodeText(microcode);
  if (loaded !== '') yield renderNote(`Microcode: ${loaded}`, 'yellow');
}

function* fixesBody(fixes: NonNullable<Plan['fixes']>): Generator<Html> {
  if (fixes.count === 0) {
    const text = fixes.complete
      ? 'No security fix waits for a restart.'
      : 'None is known, but not all of them can be known.';
    yield renderNote(text, fixes.complete ? 'dim' : 'yellow');
    return;
  }
  yield html`<p>All commands together bring ${fixes.complete ? '' : 'at least '}these into memory: ${longIdsText(fixes.cves, fixes.count)}</p>`;
  const [rows, note] = firstRows(fixes.packages, mostRows, 'packages');
  const draw = barMaker(rows.map((each) => each.count));
  yield* renderTable({
    caption: 'Packages whose fixes are on disk and not in memory',
    columns: [
      { title: 'Package', kind: 'path', cell: ({ name }) => sanitize(name) },
      {
        title: 'Versions',
        cell: ({ running_version, installed_version }) => versionsText(running_version, installed_version),
      },
      {
        title: 'Fixes',
        kind: 'nowrap',
        cell: (each) => draw(each.count, String(each.count)),
        sort: (each) => each.count,
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}

function* heldBody(holders: readonly Holder[]): Generator<Html> {
  if (holders.length === 0) {
    yield renderNote('No gone file is known to hold space.');
    return;
  }
  const [rows, note] = firstRows(holders, mostRows, 'holders');
  const draw = barMaker(rows.map(({ held_bytes }) => held_bytes));
  yield* renderTable<Holder>({
    caption: 'A restart or the end of one of these frees its space, but for the files that others hold too.',
    columns: [
      { title: 'Holder', kind: 'path', cell: holderName },
      {
        title: 'Held',
        kind: 'nowrap',
        cell: ({ held_bytes }) => draw(held_bytes, formatBytes(held_bytes)),
        sort: ({ held_bytes }) => held_bytes,
      },
      {
        title: 'Of it in memory',
        kind: 'number',
        cell: ({ held_memory_bytes: bytes }) => (bytes === null ? 'not known' : formatBytes(bytes)),
        sort: ({ held_memory_bytes: bytes }) => bytes,
      },
      { title: 'Processes', kind: 'number', cell: ({ pids }) => pids.length, sort: ({ pids }) => pids.length },
    ],
    rows,
  });
  if (note !== null) yield note;
}

function holderName({ unit, user, container, process }: Holder): string {
  const owner = user === null ? '' : ` of ${formatUser(user)}`;
  if (unit !== null) return `${sanitizeUnit(unit)}${owner}`;
  if (container !== null) return `${containerName(container)}${owner}`;
  return process === null ? 'not known' : `process ${process.pid} ${quote(sanitize(process.name))}`;
}

function* ignoredBody(ignored: readonly Ignored[]): Generator<Html> {
  if (ignored.length === 0) {
    yield renderNote('There is no such file.');
    return;
  }
  const holding = ignored.filter(isHolding);
  const ordered = [...orderReasons(holding), ...orderReasons(ignored.filter((each) => !isHolding(each)))];
  const [rows, note] = firstRows(ordered, mostRows, 'files');
  yield* renderTable<Ignored>({
    caption: 'Gone files for which nothing is to be done, those that hold space first',
    columns: [
      { title: 'File', kind: 'path', cell: (file) => quote(sanitizePath(file)) },
      { title: 'Unit', kind: 'path', cell: ({ unit }) => (unit === null ? 'none' : sanitizeUnit(unit)) },
      {
        title: 'Held',
        kind: 'number',
        cell: ({ held_bytes: bytes }) => (bytes == null ? 'not known' : formatBytes(bytes)),
        sort: ({ held_bytes: bytes }) => bytes ?? null,
      },
      { title: 'Why nothing', kind: 'wide', cell: ({ reason }) => sanitize(reason) },
    ],
    rows,
  });
  if (note !== null) yield note;
}
