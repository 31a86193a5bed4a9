// A command, a list of hosts in the page, or all such lists of a table -> a button that copies it. Opened from a file a page may have no
// clipboard, so the selection is the other way.

export function addCopyButtons(): void {
  const said = document.createElement('p');
  said.className = 'skip';
  said.setAttribute('role', 'status');
  document.querySelector('main')?.append(said);
  for (const code of document.querySelectorAll<HTMLElement>('code[data-copy]')) {
    const text = code.textContent ?? '';
    code.after(
      ' ',
      makeButton(() => code, 'Copy', `Copy ${text}`, text, said),
    );
  }
  for (const list of document.querySelectorAll<HTMLElement>('ul.hosts')) {
    const names = namesIn(list);
    if (names.length < 2) continue;
    const label = `Copy ${isCut(list) ? 'only the first ' : ''}${names.length} names`;
    // From then on the list has one name a line, as it is copied.
    const open = (): HTMLElement => {
      list.classList.add('selected');
      return list;
    };
    list.before(makeButton(open, label, label, names.join('\n'), said));
  }
  for (const table of document.querySelectorAll<HTMLTableElement>('table[data-copy]')) addCopyAll(table, said);
}

/** Copies the names of all rows, also of those that a filter hides. One list alone has its own button. */
function addCopyAll(table: HTMLTableElement, said: HTMLElement): void {
  const lists = [...table.querySelectorAll<HTMLElement>('ul.hosts')];
  if (lists.length < 2) return;
  const names = [...new Set(lists.flatMap(namesIn))];
  const label = `Copy ${lists.some(isCut) ? 'only the first' : 'all'} ${names.length} names`;
  const region = table.closest('.scroll') ?? table;
  const all = document.createElement('pre');
  all.textContent = names.join('\n');
  const show = (): HTMLElement => {
    region.before(all);
    return all;
  };
  region.before(makeButton(show, label, label, names.join('\n'), said));
}

function namesIn(list: Element): string[] {
  return [...list.querySelectorAll('li:not(.more)')].map((item) => (item.textContent ?? '').trim());
}

function isCut(list: Element): boolean {
  return list.querySelector('.more') !== null;
}

/** @param show makes the text seen, for the reader to copy, and returns its place */
function makeButton(
  show: () => HTMLElement,
  label: string,
  name: string,
  text: string,
  said: HTMLElement,
): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = label;
  if (name !== label) button.setAttribute('aria-label', name);
  button.addEventListener('click', async () => {
    const copied = await copy(text, show);
    button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    said.textContent = copied ? name.replace('Copy', 'Copied') : 'It is selected: press Ctrl+C';
  });
  return button;
}

/** Returns false if the reader has to press the keys; the text is selected then. */
async function copy(text: string, show: () => HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(show());
    return false;
  }
}
