import { signal } from '@preact/signals'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const kept = 'madang-theme'
/** `--paper` of each theme: the browser's own frame goes with the page. */
const grounds = { light: '#f6f2e9', dark: '#171512' } as const

/** What was chosen in this browser; `system` follows the device. */
export const theme = signal<Theme>('system')

/** Takes up what `theme.js` has shown already, and keeps to what other tabs choose. */
export function startTheme(): void {
  theme.value = themeOf(document.documentElement.dataset['theme'])
  addEventListener('storage', (event) => {
    if (event.key === kept) show(themeOf(event.newValue))
  })
}

/** Shows the page so from now on, in this browser. */
export function chooseTheme(next: Theme): void {
  show(next)
  try {
    if (next === 'system') localStorage.removeItem(kept)
    else localStorage.setItem(kept, next)
  } catch {
    // Storage may be denied: then it holds until the page is left.
  }
}

function show(next: Theme): void {
  theme.value = next
  if (next === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const isForDark = meta.media.includes('dark')
    const system = isForDark ? 'dark' : 'light'
    meta.content = grounds[next === 'system' ? system : next]
  }
}

function themeOf(name: string | null | undefined): Theme {
  return themes.find((one) => one === name) ?? 'system'
}
