// Plan -> a checklist that a person can follow, in the order in which to do it, with the commands to copy.

import type { Action, Ignored, Plan, PlanReboot } from '../../documents/generated/plan.ts';
import { notableBytes } from '../../sizes.ts';
import { closesText } from '../fixes-words.ts';
import { count, enumerate, quote, readableTime } from '../format.ts';
import { fold, type Paint, type Style, word, words } from '../layout.ts';
import { microcodeText } from '../microcode-text.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { rebootReasonText, rebootUnknownText } from '../reboot-reason.ts';
import { orderReasons } from '../report/file-order.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';
import { shellLine } from '../shell-words.ts';
import { impactText } from './impact.ts';
import { becauseText, explain, nameTarget, sections } from './words.ts';

const shownFiles = 5;
const shownIgnored = 10;

export function renderPlanText(plan: Plan, style: Style): string {
  // A plan of 1.0 does not say which actions are the caller's own.
  const own = plan.actions.filter(({ callers_own }) => callers_own === true);
  const rest = plan.actions.filter(({ callers_own }) => callers_own !== true);
  const first = rest.filter(({ carries_caller }) => !carries_caller);
  const last = rest.filter(({ carries_caller }) => carries_caller);
  const blocks = [
    ...sections.map(({ title, holds }) => renderSection(title, first.filter(holds), false, style)),
    renderSection('Last, since this scan was run from within', last, true, style),
    renderSection('Your own connection, which ends when you log out', own, true, style),
    renderIgnored('Nothing is restarted for the space that these hold:', plan.ignored.filter(isHolding), style),
    renderIgnored(
      'Nothing to do about:',
      plan.ignored.filter((each) => !isHolding(each)),
      style,
    ),
    renderTail(plan, style),
  ];
  return [renderHead(plan, style), ...blocks.filter((block) => block !== '')].join('\n');
}

function renderHead(plan: Plan, style: Style): string {
  const { text, paint } = planVerdict(plan);
  const from = `  from the report of ${readableTime(plan.report.generated_at)}`;
  return (
    fold([word(quote(sanitize(plan.host.hostname)), 'bold'), ...words(from, 'dim')], 0, 2, style) +
    fold(words(text, paint), 0, 0, style)
  );
}

/** A plan that is not complete never calls the host clean. */
export function planVerdict({ actions, complete, reboot, report, clean, ignored }: Plan): {
  text: string;
  paint: Paint;
} {
  const unseen = report.complete
    ? 'the report leaves out processes in no unit, or the plan was narrowed'
    : 'the scan did not see everything';
  if (actions.length === 0 && !reboot.required) {
    if (complete && ignored.some(isHolding)) {
      return { text: 'Nothing to do by itself; what holds space is named below.', paint: 'yellow' };
    }
    return complete
      ? { text: 'Nothing to do.', paint: 'green' }
      : { text: `Nothing found to do, but ${unseen}: this host may not be clean.`, paint: 'yellow' };
  }
  if (clean === true) return { text: 'Clean but for your own connection.', paint: 'green' };
  const things = actions.length === 0 ? 'A reboot to do.' : `${count(actions.length, 'thing')} to do.`;
  return { text: complete ? things : `${things} There may be more: ${unseen}.`, paint: complete ? 'bold' : 'yellow' };
}

function renderSection(title: string, actions: readonly Action[], withVerb: boolean, style: Style): string {
  if (actions.length === 0) return '';
  const items = actions.map((action) => renderItem(action, withVerb, style));
  return fold(words(`${title}:`, 'bold'), 0, 2, style) + items.join('');
}

function renderItem(action: Action, withVerb: boolean, style: Style): string {
  const verb = withVerb ? `${sections.find(({ holds }) => holds(action))?.verb ?? ''} ` : '';
  const more = action.because.length - shownFiles;
  const files = orderReasons(action.because)
    .slice(0, more > 1 ? shownFiles : undefined)
    .map(becauseText);
  const notes = [...files, ...(more > 1 ? [`and ${count(more, 'other file')}`] : [])];
  const closes = closesText(action.fixes ?? null);
  const takes = impactText(action);
  const said = [closes, takes].filter((line) => line !== null);
  const explained = [...said, ...explain(action)].map((line) => fold(words(line), 6, 8, style));
  return [
    fold([word('[ ]'), ...words(`${verb}${nameTarget(action)}`, 'cyan')], 2, 6, style),
    renderCommand(action, style),
    ...explained,
    ...notes.map((line) => fold(words(line, 'dim'), 6, 8, style)),
  ].join('');
}

/** Puts the command on one line, however narrow the terminal is, because a broken line cannot be copied. */
function renderCommand({ argv }: Action, style: Style): string {
  if (argv === null) return '';
  const line = shellLine(argv);
  const shown = line === null ? words('its command is not safe to copy from here: see --format json') : [word(line)];
  return fold(shown, 6, 8, style);
}

/** Whether it holds so much that a person may want to end it for that. Another copy of scratch would hold as much again. */
export function isHolding({ code, held_bytes }: Ignored): boolean {
  return code !== 'scratch_file' && (held_bytes ?? 0) >= notableBytes;
}

function renderIgnored(title: string, ignored: readonly Ignored[], style: Style): string {
  if (ignored.length === 0) return '';
  const more = ignored.length - shownIgnored;
  const sorted = orderReasons(ignored);
  const lines = sorted.slice(0, more > 1 ? shownIgnored : undefined).map(({ unit, reason, ...file }) => {
    const where = unit === null ? '' : ` (${sanitizeUnit(unit)})`;
    return `${quote(sanitizePath(file))}${where}: ${sanitize(reason)}`;
  });
  if (more > 1) lines.push(`and ${count(more, 'other')}`);
  return fold(words(title, 'bold'), 0, 2, style) + lines.map((line) => fold(words(line, 'dim'), 2, 4, style)).join('');
}

/** Names the users whose processes were not seen. Programs that users run wait for nobody's plan. */
function renderUnseen(owners: NonNullable<Plan['unseen_users']>, style: Style): string {
  const text = unseenText(owners);
  return text === null ? '' : fold(words(`Not seen: ${text}`, 'yellow'), 0, 10, style);
}

/** Sanitized; null if every user's processes were seen. */
export function unseenText(owners: NonNullable<Plan['unseen_users']>): string | null {
  if (owners.length === 0) return null;
  const named = owners.map(({ user, denied, failed, blocked }) => {
    const name = sanitize(user?.name ?? `uid ${user?.uid}`);
    return `${count(denied + failed + blocked, 'process')} of ${name}`;
  });
  const more = named.length - shownIgnored;
  const shown = [...named.slice(0, more > 1 ? shownIgnored : undefined), ...(more > 1 ? [`${more} others`] : [])];
  return shown.join(', ');
}

const requiredKinds = { full: 'a full one is required', soft: 'required, a soft one is enough', unknown: 'required' };
const softReboot =
  'systemctl soft-reboot ends every process and starts the system anew, on the files that are on disk now.';

/** Names the units that a soft reboot leaves as they are. Units on files that are on disk do not matter. */
function survivorsText(survivors: PlanReboot['survivors']): string {
  if (survivors == null)
    return 'The kernel lives on, and units with SurviveFinalKillSignal=yes do, on their old files.';
  if (survivors.length === 0) return 'The kernel lives on.';
  const isOne = survivors.length === 1;
  return `The kernel lives on, and ${enumerate(survivors.map(sanitizeUnit))} may, on ${isOne ? 'its' : 'their'} old files.`;
}

function renderTail({ reboot, microcode, unseen_users = [] }: Plan, style: Style): string {
  const [text, ...more] = rebootLines(reboot);
  return (
    renderUnseen(unseen_users, style) +
    fold(words(`Reboot: ${text}`, reboot.required === false ? 'dim' : 'yellow'), 0, 8, style) +
    more.map((line) => fold(words(line), 8, 8, style)).join('') +
    renderMicrocode(microcode, style)
  );
}

/** Sanitized: whether a reboot is required and why; then which fixes it closes, and what a soft one does, if that is enough. */
export function rebootLines(reboot: Plan['reboot']): string[] {
  const because = reboot.reasons.map(rebootReasonText).join('; ');
  const known = reboot.required
    ? [requiredKinds[reboot.kind ?? 'unknown'], because].filter(Boolean).join(': ')
    : 'not required';
  const unknown = ['not known whether it is required', rebootUnknownText(reboot)].filter(Boolean).join(': ');
  const text = reboot.required === null ? unknown : known;
  const closes = closesText(reboot.fixes ?? null);
  const soft = reboot.kind === 'soft' ? [`${softReboot} ${survivorsText(reboot.survivors)}`] : [];
  return [text, ...(closes === null ? [] : [closes]), ...soft];
}

function renderMicrocode(microcode: Plan['microcode'], style: Style): string {
  const text = microcodeText(microcode);
  return text === '' ? '' : fold(words(`Microcode: ${text}`, 'yellow'), 0, 11, style);
}
