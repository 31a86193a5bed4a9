// A command in the page -> a button that copies it. Opened from a file a page may have no clipboard, so the selection is the other way.

export function addCopyButtons(): void {
  const said = document.createElement('p');
  said.className = 'skip';
  said.setAttribute('role', 'status');
  document.querySelector('main')?.append(said);
  for (const code of document.querySelectorAll<HTMLElement>('code[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy ${code.textContent}`);
    button.addEventListener('click', async () => {
      const copied = await copy(code);
      button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
      said.textContent = copied ? `Copied ${code.textContent}` : 'The command is selected: press Ctrl+C';
    });
    code.after(' ', button);
  }
}

/** Returns false if the reader has to press the keys; the command is selected then. */
async function copy(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
