// Where a reader is in a page: kept while the page changes, and over loading it anew.

const KEY = 'pubengine-place';
const FIELDS = 'input:not([type=password], [type=file], [type=hidden]), textarea, select';

// Call what this returns after a change: what was at the top of the window is there again.
export function holdPlace() {
  const root = document.documentElement;
  if (scrollY === 0) return () => {};
  const seen = atTheTop();
  root.style.overflowAnchor = 'none'; // the browser would move as well
  return () => {
    const stayed = seen.find(({ element }) => element.isConnected);
    const moved = stayed ? stayed.element.getBoundingClientRect().top - stayed.top : 0;
    if (moved) scrollBy({ top: moved, behavior: 'instant' });
    requestAnimationFrame(() => {
      root.style.overflowAnchor = '';
      if (!root.getAttribute('style')) root.removeAttribute('style');
    });
  };
}

// What stands where the window begins, and below, in case the first things go.
function atTheTop() {
  const seen = [];
  for (let y = 8; y < innerHeight; y += innerHeight / 12) {
    for (const x of [innerWidth / 2, innerWidth / 4]) {
      const element = document.elementFromPoint(x, y);
      const place = element?.getBoundingClientRect();
      if (place && place.height < innerHeight && scrolls(element)) seen.push({ element, top: place.top });
    }
  }
  return seen;
}

// Whether an element moves with the page.
function scrolls(element) {
  for (let one = element; one; one = one.parentElement) {
    if (['fixed', 'sticky'].includes(getComputedStyle(one).position)) return false;
  }
  return true;
}

export function remember() {
  const fields = [...document.querySelectorAll(FIELDS)];
  const focused = fields.indexOf(document.activeElement);
  sessionStorage.setItem(KEY, JSON.stringify({
    url: location.href,
    scroll: [scrollX, scrollY],
    open: [...document.querySelectorAll('details')].map((one) => one.open),
    fields: fields.map((one) => [one.name || one.id, one.value, Boolean(one.checked)]),
    focused,
    selection: focused < 0 ? null : selectionIn(fields[focused]),
  }));
}

function selectionIn(field) {
  try {
    return [field.selectionStart, field.selectionEnd];
  } catch {
    return null; // a field that has none
  }
}

export function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEY));
  sessionStorage.removeItem(KEY);
  if (kept?.url !== location.href) return;
  document.querySelectorAll('details').forEach((one, n) => {
    if (n in kept.open) one.open = kept.open[n];
  });
  const fields = [...document.querySelectorAll(FIELDS)];
  fields.forEach((one, n) => {
    const [name, value, checked] = kept.fields[n] ?? [];
    if ((one.name || one.id) !== name) return;
    if (one.type === 'checkbox' || one.type === 'radio') one.checked = checked;
    else one.value = value;
  });
  const focused = fields[kept.focused];
  focused?.focus({ preventScroll: true });
  if (focused && kept.selection?.[0] != null) focused.setSelectionRange(...kept.selection);
  scrollTo({ left: kept.scroll[0], top: kept.scroll[1], behavior: 'instant' });
}
