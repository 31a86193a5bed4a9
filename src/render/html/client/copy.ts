// A command or a list of hosts in the page -> a button that copies it. Opened from a file a page may have no clipboard, so the selection
// is the other way.

export function addCopyButtons(): void {
  const said = document.createElement('p');
  said.className = 'skip';
  said.setAttribute('role', 'status');
  document.querySelector('main')?.append(said);
  for (const code of document.querySelectorAll<HTMLElement>('code[data-copy]')) {
    const text = code.textContent ?? '';
    code.after(' ', makeButton(code, 'Copy', `Copy ${text}`, text, said));
  }
  for (const list of document.querySelectorAll<HTMLElement>('ul.hosts')) {
    const names = [...list.querySelectorAll('li:not(.more)')].map((item) => (item.textContent ?? '').trim());
    if (names.length < 2) continue;
    const isCut = list.querySelector('.more') !== null;
    const label = `Copy ${isCut ? 'only the first ' : ''}${names.length} names`;
    list.before(makeButton(list, label, label, names.join('\n'), said));
  }
}

function makeButton(from: HTMLElement, label: string, name: string, text: string, said: HTMLElement): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = label;
  if (name !== label) button.setAttribute('aria-label', name);
  button.addEventListener('click', async () => {
    const copied = await copy(text, from);
    button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    said.textContent = copied ? name.replace('Copy', 'Copied') : 'It is selected: press Ctrl+C';
  });
  return button;
}

/** Returns false if the reader has to press the keys; the text is selected then. */
async function copy(text: string, from: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A list has one name a line from now on, as it is copied.
    from.classList.add('selected');
    getSelection()?.selectAllChildren(from);
    return false;
  }
}
