// Filters that the address keeps, folding, light and dark, and the keyboard. The page can be read without any of it.
(() => {
  'use strict';
  const root = document.documentElement;
  const theme = document.getElementById('theme');
  const form = document.getElementById('filters');
  const nothing = document.getElementById('nothing');

  const stored = () => {
    try { return localStorage.getItem('leaklint-theme'); } catch { return null; }
  };
  const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const wear = (name) => {
    if (name === 'dark' || name === 'light') root.dataset.theme = name;
    theme.textContent = isDark() ? 'Light' : 'Dark';
    theme.setAttribute('aria-label', isDark() ? 'Switch to light colours' : 'Switch to dark colours');
  };
  wear(stored());
  theme.hidden = false;
  theme.addEventListener('click', () => {
    wear(isDark() ? 'light' : 'dark');
    try { localStorage.setItem('leaklint-theme', root.dataset.theme); } catch { /* a page opened from a file may store nothing */ }
  });
  if (!form) return;

  const articles = [...document.querySelectorAll('article')].map((element) => ({
    element,
    text: [element.textContent, element.dataset.file, element.dataset.rule].join('\n').toLowerCase(),
  }));
  const groups = [...document.querySelectorAll('.group')];
  const sections = [...document.querySelectorAll('.file, .group, .severe')];
  const entries = [...document.querySelectorAll('#index a')];
  const shown = document.getElementById('shown');
  const fold = document.getElementById('fold');
  const names = ['text', 'severity', 'group', 'rule', 'file', 'confidence'];
  const isSeen = (element) => !element.closest('[hidden]');

  // What the address says. A value that is not on this page chooses nothing.
  const read = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of names) {
      const field = form.elements[name];
      field.value = asked.get(name) ?? '';
      if (field.selectedIndex === -1) field.value = '';
    }
  };
  // Whatever else the address holds stays: a server may need it. Some viewers let no page touch it.
  const write = (isStep) => {
    const asked = new URLSearchParams(location.search);
    for (const name of names) {
      const { value } = form.elements[name];
      asked.delete(name);
      if (value) asked.append(name, value);
    }
    const query = asked.toString();
    const address = location.pathname + (query && `?${query}`);
    if (address === location.pathname + location.search) return;
    try { history[isStep ? 'pushState' : 'replaceState'](null, '', address); } catch { /* the filters work all the same */ }
  };
  const apply = () => {
    const { text, ...chosen } = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Object.entries(chosen).filter(([, value]) => value);
    let count = 0;
    for (const { element, text: own } of articles) {
      const fits = wanted.every(([name, value]) => element.dataset[name] === value) && words.every((word) => own.includes(word));
      element.hidden = !fits;
      count += fits;
    }
    for (const element of sections) element.hidden = !element.querySelector('article:not([hidden])');
    for (const element of groups) {
      element.querySelector('summary .tell').textContent = element.querySelectorAll('article:not([hidden])').length;
    }
    for (const name of Object.keys(chosen)) form.elements[name].classList.toggle('set', chosen[name] !== '');
    for (const entry of entries) {
      if (chosen[entry.dataset.filter] === entry.dataset.value) entry.setAttribute('aria-current', 'true');
      else entry.removeAttribute('aria-current');
    }
    shown.textContent = count === articles.length ? `${count} shown` : `${count} of ${articles.length} shown`;
    nothing.hidden = count > 0;
  };
  const filter = (isStep) => {
    write(isStep);
    apply();
  };
  const reset = () => {
    for (const name of names) form.elements[name].value = '';
    filter();
  };
  const unfold = (element) => {
    for (let at = element; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  };
  // A link leads to what it names, be it folded or filtered away.
  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (!isSeen(target)) reset();
    unfold(target);
    target.scrollIntoView({ block: 'start' });
  };
  const label = () => { fold.textContent = groups.some((group) => group.open) ? 'Fold all' : 'Unfold all'; };

  form.hidden = false;
  document.getElementById('keys').hidden = false;
  form.addEventListener('input', () => filter());
  form.addEventListener('submit', (event) => event.preventDefault());
  nothing.querySelector('[data-reset]').addEventListener('click', reset);
  fold.addEventListener('click', () => {
    const open = !groups.some((group) => group.open);
    for (const group of groups) group.open = open;
    label();
  });
  for (const group of groups) group.addEventListener('toggle', label);
  for (const entry of entries) {
    entry.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const { filter: name, value } = entry.dataset;
      form.elements[name].value = form.elements[name].value === value ? '' : value;
      filter(true);
      for (const group of groups) if (isSeen(group)) group.open = true;
      form.scrollIntoView({ block: 'start' });
    });
  }
  // The same link a second time changes no address, and leads there all the same.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && !event.defaultPrevented && link.hash === location.hash) follow();
  });
  addEventListener('hashchange', follow);
  addEventListener('popstate', () => {
    read();
    apply();
  });
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = groups.filter((group) => !group.open);
    for (const group of folded) group.open = true;
  });
  addEventListener('afterprint', () => { for (const group of folded) group.open = false; });
  read();
  apply();
  label();
  follow();

  const step = (by) => {
    const visible = articles.map(({ element }) => element).filter(isSeen);
    const at = visible.indexOf(document.activeElement?.closest('article'));
    const next = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by];
    if (!next) return;
    unfold(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'start' });
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      reset();
      document.activeElement?.blur();
    } else if (event.target.closest('input, select')) {
      return;
    } else if (event.key === '/') {
      event.preventDefault();
      form.elements.text.focus();
    } else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
  });
})();
