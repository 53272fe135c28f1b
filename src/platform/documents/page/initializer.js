const dark = window.matchMedia('(prefers-color-scheme: dark)')
const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', dress)
dress()

// The parts are links of the menu: where one is, there is no other.
const part = new URLSearchParams(window.location.search).get('part')
const isPart = part !== null && /^[a-z]{1,30}$/.test(part)
for (const link of document.querySelectorAll('nav a')) {
  const isHere = link.getAttribute('href') === (isPart ? `/docs?part=${part}` : '/docs')
  if (isHere) link.setAttribute('aria-current', 'page')
  else link.removeAttribute('aria-current')
}

window.SwaggerUIBundle({
  url: isPart ? `/openapi/${part}.json` : '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
})
