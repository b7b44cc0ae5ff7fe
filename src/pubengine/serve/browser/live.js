// Makes a page follow the builds of `pubengine serve`. Part of every page that is served, and of none that is published.

import { Assets } from './assets.js';
import { Panel } from './panel.js';
import { bringBack, remember } from './place.js';
import { Source, isScript } from './source.js';

const RETRY = 1000;
// A server that is there says so more often than this (milliseconds).
const SILENCE = 40000;

const tag = document.querySelector('script[data-pubengine]');
const known = { page: tag.dataset.page, build: tag.dataset.build, session: tag.dataset.session, status: Number(tag.dataset.status) };
const source = new Source(document);
const runsScripts = [...document.scripts].some(isScript);
const panel = new Panel(known.status === 503);
const assets = new Assets(source);

let stream = null;
let silence = 0;
let retry = 0;

function connect() {
  disconnect();
  const { build, session } = known;
  stream = new EventSource(`/.pubengine/live?${new URLSearchParams({ path: location.pathname, build, session })}`);
  stream.addEventListener('state', (event) => {
    heard();
    panel.away(false);
    follow(JSON.parse(event.data));
  });
  stream.addEventListener('building', () => {
    heard();
    panel.building(true);
  });
  stream.addEventListener('beat', heard);
  stream.addEventListener('error', lost);
  heard();
}

function disconnect() {
  clearTimeout(silence);
  clearTimeout(retry);
  stream?.close();
  stream = null;
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENCE);
}

// Not left to EventSource, which would ask with what was known when it first connected.
function lost() {
  disconnect();
  panel.away(true);
  retry = setTimeout(connect, RETRY);
}

// One state at a time; of those that come meanwhile, only the last counts.
let following = false;
let waiting = null;

async function follow(state) {
  if (following) {
    waiting = state;
    return;
  }
  following = true;
  try {
    await show(state);
  } finally {
    following = false;
  }
  if (waiting) {
    const next = waiting;
    waiting = null;
    await follow(next);
  }
}

async function show(state) {
  const was = known.status;
  const gone = was === 200 && state.status === 404;
  const broken = was === 200 && state.status === 503;
  if (state.page !== known.page && !gone && !broken && state.page !== null) await update();
  const changed = state.session === known.session ? state.assets : null;
  if (state.session !== known.session || state.build !== Number(known.build)) {
    if (await assets.refresh(changed, state.build)) reload();
  }
  known.build = state.build;
  known.session = state.session;
  panel.show({ ...state, gone });
  document.dispatchEvent(new CustomEvent('pubengine:state', { detail: state }));
}

async function update() {
  const response = await fetch(location.href, { cache: 'no-store' });
  if (response.redirected || !response.headers.get('content-type')?.startsWith('text/html')) return reload();
  const next = new DOMParser().parseFromString(await response.text(), 'text/html');
  // What scripts made of a page cannot be told from here: it is loaded anew, and brought to where it was.
  if (runsScripts || [...next.scripts].some(isScript)) return reload();
  const served = next.querySelector('script[data-pubengine]').dataset;
  await source.become(next);
  known.page = served.page;
  known.status = Number(served.status);
  panel.isProblemsPage = known.status === 503;
}

function reload() {
  remember();
  location.reload();
}

// A browser has few connections for one server, so pages that nobody sees hold none; they catch up when they are seen.
function seenOrNot() {
  if (document.visibilityState === 'visible') connect();
  else disconnect();
}

document.addEventListener('visibilitychange', seenOrNot);
addEventListener('pagehide', disconnect);
addEventListener('pageshow', (event) => {
  if (event.persisted) seenOrNot();
});
bringBack();
seenOrNot();
