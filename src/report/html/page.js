// Filters, the switch between light and dark, and the keyboard. The page can be read without any of it.
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
    if (name) root.dataset.theme = name;
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
    text: [element.textContent, element.closest('.file').querySelector('h3').textContent, element.dataset.rule].join('\n').toLowerCase(),
  }));
  const groups = [...document.querySelectorAll('.file, .group')];
  const shown = document.getElementById('shown');
  const filter = () => {
    const { text, group, severity, confidence, rule } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Object.entries({ group, severity, confidence, rule }).filter(([, value]) => value);
    let count = 0;
    for (const { element, text: own } of articles) {
      const fits = wanted.every(([name, value]) => element.dataset[name] === value) && words.every((word) => own.includes(word));
      element.hidden = !fits;
      count += fits;
    }
    for (const element of groups) element.hidden = !element.querySelector('article:not([hidden])');
    shown.textContent = count === articles.length ? `${count} shown` : `${count} of ${articles.length} shown`;
    nothing.hidden = count > 0;
  };
  const reset = () => {
    form.reset();
    filter();
  };
  form.hidden = false;
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  nothing.querySelector('[data-reset]').addEventListener('click', reset);
  filter();

  const step = (by) => {
    const visible = articles.map(({ element }) => element).filter((element) => !element.hidden);
    const at = visible.indexOf(document.activeElement?.closest('article'));
    const next = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: 'start' });
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
