// A page as it was served, and how it becomes the page as it is served now.
//
// What a reader does to a page - where it is scrolled to, what is opened, typed, selected, playing - lives in its
// nodes. So nodes stay: the old source is compared with the new one, and only where these differ is the page touched.
// What was not in the source (added by a browser's extension, say) is left alone.

import { holdPlace } from './place.js';

// More pairs than this are not compared each with each.
const MOST_PAIRS = 400000;
// Milliseconds that a new style sheet is given to load.
const PATIENCE = 2000;

export class Source {
  constructor(page) {
    this.page = page;
    this.root = page.documentElement.cloneNode(true);
    // From the nodes of the source to those of the page.
    this.twins = new Map();
    this.pair(this.root, page.documentElement);
  }

  async become(next) {
    const root = next.documentElement;
    const sheets = new Sheets(this);
    this.attributes(this.root, root, this.page.documentElement);
    this.patch(this.root.querySelector('head'), root.querySelector('head'), sheets);
    await sheets.loaded();
    const place = holdPlace();
    this.patch(this.root.querySelector('body'), root.querySelector('body'), sheets);
    place();
    this.root = root;
    this.forget();
  }

  // Notes which nodes of a page come from which of a source with the same shape.
  pair(source, live) {
    this.twins.set(source, live);
    for (let n = 0; n < source.childNodes.length; n += 1) {
      if (live.childNodes[n]) this.pair(source.childNodes[n], live.childNodes[n]);
    }
  }

  // The new source stands for the nodes of the page that the old one stood for.
  inherit(old, next) {
    if (this.twins.has(old)) this.twins.set(next, this.twins.get(old));
    for (let n = 0; n < old.childNodes.length; n += 1) this.inherit(old.childNodes[n], next.childNodes[n]);
  }

  forget() {
    const there = new Set([this.root]);
    const walker = document.createTreeWalker(this.root);
    while (walker.nextNode()) there.add(walker.currentNode);
    for (const node of this.twins.keys()) if (!there.has(node)) this.twins.delete(node);
  }

  patch(old, next, sheets) {
    if (old.isEqualNode(next)) return this.inherit(old, next);
    const live = this.twins.get(old);
    this.twins.set(next, live);
    if (old.nodeType === Node.ELEMENT_NODE) {
      this.attributes(old, next, live);
      this.children(old, next, live, sheets);
    } else if (live.data === old.data) {
      replaceText(live, next.data);
    } else {
      live.data = next.data;
    }
  }

  attributes(old, next, live) {
    for (const { name } of old.attributes) if (!next.hasAttribute(name)) live.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) live.setAttribute(name, value);
  }

  children(old, next, live, sheets) {
    let last = null;
    for (const [before, after] of pairs([...old.childNodes], [...next.childNodes])) {
      const there = before && this.twins.get(before);
      if (there?.isConnected && after) {
        this.patch(before, after, sheets);
        last = this.twins.get(after);
      } else if (after) {
        const made = document.importNode(after, true);
        this.pair(after, made);
        live.insertBefore(made, last ? last.nextSibling : live.firstChild);
        sheets.added(made);
        last = made;
      } else if (there && sheets.isSheet(there)) {
        sheets.stale.push(there);
      } else {
        there?.remove();
      }
    }
  }
}

// Style sheets that come and go with a change: an old one goes when the new ones are there, so that nothing flickers.
class Sheets {
  constructor() {
    this.stale = [];
    this.loading = [];
  }

  isSheet(node) {
    return node.nodeName === 'LINK' && node.relList.contains('stylesheet');
  }

  added(node) {
    if (this.isSheet(node)) this.loading.push(settled(node));
  }

  async loaded() {
    await Promise.all(this.loading);
    for (const sheet of this.stale) sheet.remove();
  }
}

export function settled(link) {
  return new Promise((resolve) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', resolve);
    setTimeout(resolve, PATIENCE);
  });
}

// Whether an element runs code of the page's own.
export function isScript(element) {
  if (element.dataset.pubengine !== undefined) return false;
  return !element.type || element.type === 'module' || /^(text|application)\/(x-)?(java|ecma)script$/i.test(element.type);
}

// Which node became which, in order; with null where one has none to go with.
function* pairs(old, next) {
  let start = 0;
  while (start < old.length && start < next.length && old[start].isEqualNode(next[start])) {
    yield [old[start], next[start]];
    start += 1;
  }
  let end = 0;
  const most = Math.min(old.length, next.length) - start;
  while (end < most && old.at(-1 - end).isEqualNode(next.at(-1 - end))) end += 1;
  yield* middle(old.slice(start, old.length - end), next.slice(start, next.length - end));
  for (let n = end; n > 0; n -= 1) yield [old.at(-n), next.at(-n)];
}

// The longest common sequence stays; what lies between two of its members is paired in order, if it is alike.
function* middle(old, next) {
  let from = 0;
  let to = 0;
  for (const [a, b] of [...common(old.map(text), next.map(text)), [old.length, next.length]]) {
    yield* between(old.slice(from, a), next.slice(to, b));
    if (a < old.length) yield [old[a], next[b]];
    from = a + 1;
    to = b + 1;
  }
}

function* between(old, next) {
  let from = 0;
  for (const node of next) {
    const found = old.findIndex((one, n) => n >= from && alike(one, node));
    if (found < 0) {
      yield [null, node];
      continue;
    }
    for (; from < found; from += 1) yield [old[from], null];
    yield [old[found], node];
    from = found + 1;
  }
  for (; from < old.length; from += 1) yield [old[from], null];
}

function alike(one, other) {
  if (one.nodeName !== other.nodeName || one.nodeType !== other.nodeType) return false;
  if (one.nodeType !== Node.ELEMENT_NODE) return true;
  if (one.nodeName === 'LINK') return one.getAttribute('href') === other.getAttribute('href');
  return one.id === other.id;
}

function text(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.outerHTML : `${node.nodeType} ${node.data}`;
}

// Places of the longest common sequence of two lists.
function common(a, b) {
  if (a.length * b.length > MOST_PAIRS) return [];
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const found = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (lengths[i + 1][j] >= lengths[i][j + 1]) i += 1;
    else j += 1;
  }
  return found;
}

// Only the part that differs, so that what is selected around it stays selected.
function replaceText(node, wanted) {
  const { data } = node;
  let start = 0;
  while (start < data.length && start < wanted.length && data[start] === wanted[start]) start += 1;
  let end = 0;
  const most = Math.min(data.length, wanted.length) - start;
  while (end < most && data.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  node.replaceData(start, data.length - start - end, wanted.slice(start, wanted.length - end));
}
