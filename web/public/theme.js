// The theme that was chosen in this browser; without a choice the page follows the system (src/ui/theme.ts).
try {
  const theme = localStorage.getItem('madang-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be denied; then the system's theme it is.
}
