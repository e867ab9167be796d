// What pages do beyond HTML; each works without it.
const ready = root => {
  root.querySelectorAll('.copy-button, .theme-button, [data-needs-script]').forEach(element => element.removeAttribute('hidden'));
};
ready(document);
document.addEventListener('htmx:load', event => ready(event.detail.elt));

document.addEventListener('click', async event => {
  const button = event.target.closest('.copy-button');
  if (!button) return;
  const text = button.parentElement.querySelector('code, pre').textContent;
  await navigator.clipboard.writeText(text);
  button.classList.add('copied');
  button.setAttribute('aria-label', 'Copied');
  setTimeout(() => { button.classList.remove('copied'); button.setAttribute('aria-label', button.title); }, 2000);
});

// A choice that only filters does it at once; without script a button does.
document.addEventListener('change', event => {
  if (event.target.matches('[data-submit-on-change]')) event.target.form.requestSubmit();
});
// Twice pressed is not twice done.
document.addEventListener('submit', event => {
  if (event.target.method !== 'post' || event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
  setTimeout(() => delete event.target.dataset.sent, 3000);
});

// Who reads the end of a log stays there while it grows; who scrolled up is left alone.
document.addEventListener('htmx:beforeSwap', () => {
  const log = document.querySelector('.task-log');
  if (log) log.dataset.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40 ? 'yes' : '';
});
document.addEventListener('htmx:afterSettle', () => {
  const log = document.querySelector('.task-log');
  if (log?.dataset.atEnd) log.scrollTop = log.scrollHeight;
});
