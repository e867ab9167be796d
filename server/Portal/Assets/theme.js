// Before anything is painted: what was chosen here, else what the system has.
const chosen = () => localStorage.getItem('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
const apply = () => document.documentElement.setAttribute('data-bs-theme', chosen() ?? (dark.matches ? 'dark' : 'light'));
apply();
dark.addEventListener('change', apply);
addEventListener('click', event => {
  if (!event.target.closest?.('.theme-button')) return;
  localStorage.setItem('theme', document.documentElement.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark');
  apply();
});
