// The theme that was chosen in this browser; without a choice the page follows the system (src/ui/theme.ts keeps the choice).
try {
  const theme = localStorage.getItem('madang-theme')
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme
    for (const meta of document.querySelectorAll('meta[name=theme-color]')) {
      meta.content = theme === 'dark' ? '#171512' : '#f6f2e9'
    }
  }
} catch {
  // Storage may be denied; then the system's theme it is.
}
