// Style sheets, pictures and the like that a page shows, and that changed without a change of the page.

import { settled } from './source.js';

export class Assets {
  constructor(source) {
    this.source = source;
  }

  // Shows anew what is at the given paths, null meaning any; answers whether the page has to be loaded anew instead.
  async refresh(paths, build) {
    const changed = paths && new Set(paths);
    const isChanged = (url) => {
      const { origin, pathname } = new URL(url, document.baseURI);
      return origin === location.origin && (changed === null || changed.has(pathname));
    };
    if (changed?.size === 0) return false;
    if (changed && [...document.scripts].some((one) => one.src && isChanged(one.src))) return true;
    const shown = this.pictures(isChanged, build);
    const sheets = [...document.querySelectorAll('link[rel~=stylesheet]')].filter((one) => new URL(one.href).origin === location.origin);
    const direct = sheets.filter((one) => isChanged(one.href));
    // What is on no element may be in a style sheet: another one that it imports, a font, a background.
    const hidden = changed && [...changed].some((path) => /\.(css|woff2?|ttf|otf|svg|png|jpe?g|gif|webp|avif)$/i.test(path) && !shown.has(path));
    await Promise.all((hidden ? sheets : direct).map((one) => this.swap(one, build)));
    return false;
  }

  pictures(isChanged, build) {
    const shown = new Set();
    for (const element of document.querySelectorAll('img, source, video, audio, input[type=image]')) {
      for (const name of ['src', 'poster']) {
        const url = element.getAttribute(name);
        if (url && isChanged(url)) {
          shown.add(new URL(url, document.baseURI).pathname);
          element.setAttribute(name, anew(url, build));
        }
      }
      const set = element.getAttribute('srcset');
      if (set && set.split(/\s*,\s+/).some((one) => isChanged(one.split(/\s/)[0]))) {
        element.setAttribute('srcset', set.split(/\s*,\s+/).map((one) => one.replace(/^\S+/, (url) => anew(url, build))).join(', '));
      }
    }
    return shown;
  }

  async swap(link, build) {
    const next = link.cloneNode();
    next.href = anew(link.href, build);
    link.after(next);
    for (const [node, live] of this.source.twins) if (live === link) this.source.twins.set(node, next);
    await settled(next);
    link.remove();
  }
}

function anew(url, build) {
  const whole = new URL(url, document.baseURI);
  whole.searchParams.set('pubengine', build);
  return whole.href;
}
