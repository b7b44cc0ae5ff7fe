// What the preview says on a page: errors over it, the rest in a corner. In a shadow root, so that the page's
// style and ours do not mix.

const KEY = 'pubengine-collapsed';
// Milliseconds that a build or a reconnection may take before anything is said of it.
const SOON = 400;

export class Panel {
  constructor(isProblemsPage) {
    this.isProblemsPage = isProblemsPage;
    this.state = null;
    this.timers = {};
    this.host = make('pubengine-preview', { lang: 'en', dir: 'ltr' });
    const root = this.host.attachShadow({ mode: 'open' });
    const style = make('link', { rel: 'stylesheet', href: '/.pubengine/live.css' });
    this.corner = make('div', { class: 'corner', role: 'status' });
    this.list = make('section', { class: 'sheet list', id: 'warnings', 'aria-label': 'Warnings', hidden: '' });
    this.dialog = make('dialog', { class: 'sheet', role: 'alertdialog', 'aria-labelledby': 'title', 'aria-describedby': 'note' });
    // Escape, and whatever else closes it, leaves a button in the corner.
    this.dialog.addEventListener('close', () => {
      if (this.errors()) collapse(this.errors());
      this.render();
    });
    this.host.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.list.hidden) this.openList(false);
    });
    root.append(style, this.corner, this.list, this.dialog);
    this.marks = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.marks];
    this.styled = new Promise((resolve) => {
      style.addEventListener('load', resolve);
      style.addEventListener('error', resolve);
    });
    document.documentElement.append(this.host);
  }

  async show(state) {
    this.state = state;
    this.building(false);
    await this.styled;
    this.marks.replaceSync(marksOf(state.marks ?? {}));
    this.render();
  }

  building(is) {
    this.later('building', is);
  }

  away(is) {
    this.later('away', is);
  }

  later(name, is) {
    clearTimeout(this.timers[name]);
    if (is) {
      this.timers[name] = setTimeout(() => this.toggle(name, true), SOON);
    } else {
      this.toggle(name, false);
    }
  }

  toggle(name, is) {
    if (Boolean(this[`is_${name}`]) === is) return;
    this[`is_${name}`] = is;
    this.render();
  }

  // What tells these errors from others; empty if there are none that this page does not show by itself.
  errors() {
    if (this.isProblemsPage || !this.state?.errors) return '';
    return JSON.stringify(this.state.problems.filter((one) => one.severity === 'error'));
  }

  render() {
    const { mark, gone, warnings = 0, errors = 0 } = this.state ?? {};
    const shown = this.errors();
    const isOpen = shown && collapsed() !== shown;
    const focused = this.host.shadowRoot.activeElement?.id;
    this.corner.replaceChildren(...[
      this.is_away && chip('away', 'The preview is not there. Reconnecting …'),
      this.is_building && chip('building', 'Building …'),
      gone && chip('gone', 'This page is no longer there'),
      mark && chip('mark', mark),
      warnings && !this.isProblemsPage && this.button('warning', several(warnings, 'warning'), () => this.openList(this.list.hidden)),
      shown && !isOpen && this.button('error', several(errors, 'error'), () => {
        collapse('');
        this.render();
      }),
    ].filter(Boolean));
    this.corner.querySelector('.warning')?.setAttribute('aria-expanded', String(!this.list.hidden));
    if (focused) this.host.shadowRoot.getElementById(focused)?.focus();
    if (!warnings) this.list.hidden = true;
    if (!this.list.hidden) this.fillList();
    if (isOpen) this.openDialog(shown);
    else if (this.dialog.open) this.dialog.close();
  }

  button(kind, text, pressed) {
    const button = make('button', { class: `chip ${kind}`, type: 'button', id: `show-${kind}` }, text);
    button.addEventListener('click', pressed);
    return button;
  }

  openList(open) {
    this.list.hidden = !open;
    this.render();
    this.host.shadowRoot.getElementById('show-warning')?.focus();
  }

  fillList() {
    const close = this.button('close', 'Close', () => this.openList(false));
    const title = make('h2', {}, several(this.state.warnings, 'warning'));
    const found = this.state.problems.filter((one) => one.severity === 'warning');
    this.list.replaceChildren(bar(title, close), problems(found));
  }

  openDialog(shown) {
    if (this.dialog.dataset.shown === shown && this.dialog.open) return;
    this.dialog.dataset.shown = shown;
    const title = make('h1', { id: 'title' }, several(this.state.errors, 'error'));
    const note = 'The page below is from the last good build. This goes away when all is mended.';
    const close = this.button('close', 'Hide', () => this.dialog.close());
    close.append(make('kbd', {}, 'Esc'));
    const found = this.state.problems.filter((one) => one.severity === 'error');
    const more = this.state.errors > found.length ? [make('p', { class: 'note' }, `and ${this.state.errors - found.length} more`)] : [];
    this.dialog.replaceChildren(bar(title, close), make('p', { id: 'note', class: 'note' }, note), problems(found), ...more);
    if (!this.dialog.open) this.dialog.showModal();
  }
}

function bar(...inside) {
  const made = make('div', { class: 'bar' });
  made.append(...inside);
  return made;
}

function problems(found) {
  const list = make('ol', { class: 'problems' });
  list.append(...found.map(problem));
  return list;
}

function problem(one) {
  const item = make('li', { class: `problem ${one.severity}` });
  const head = make('p', { class: 'head' });
  head.append(make('span', { class: 'severity' }, one.severity), ' ');
  if (one.place) head.append(make('span', { class: 'place' }, one.place), ' ');
  head.append(make('code', { class: 'code' }, one.code));
  item.append(head, make('p', { class: 'message' }, one.message));
  if (one.excerpt.length) item.append(excerpt(one.excerpt));
  if (one.hint) item.append(make('p', { class: 'hint' }, one.hint));
  if (one.plugin) item.append(make('p', { class: 'note' }, `plugin ${one.plugin}`));
  return item;
}

function excerpt(lines) {
  const made = make('pre', { class: 'excerpt', tabindex: '0', 'aria-label': 'Source' });
  for (const { number, text, meant } of lines) {
    const line = make('span', { class: meant ? 'line meant' : 'line' });
    line.append(make('span', { class: 'number' }, String(number)), `${text}\n`);
    made.append(line);
  }
  return made;
}

// A word after each link to a page that only the preview has; by style alone, so that the page stays as it is. A link
// around a time stands beside one around the title.
function marksOf(marks) {
  return Object.entries(marks).map(([url, said]) => {
    const [path, words] = [JSON.stringify(url), JSON.stringify(said)];
    return `a[href=${path}]:not(:has(time))::after { content: ${words}; ${TAG} }`;
  }).join('\n');
}

const TAG = 'display: inline-block; margin-inline-start: 0.6rem; padding: 0.1em 0.5em; border-radius: 1em; '
  + 'background: #7a4a00; color: #fff; font: 600 0.7rem/1.4 system-ui, sans-serif; letter-spacing: normal; '
  + 'text-transform: none; text-decoration: none; vertical-align: middle; white-space: nowrap;';

function chip(kind, text) {
  return make('span', { class: `chip ${kind}` }, text);
}

function several(count, word) {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}

function collapsed() {
  return sessionStorage.getItem(KEY) ?? '';
}

function collapse(shown) {
  sessionStorage.setItem(KEY, shown);
}

function make(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}
