/** Whether what had the focus is no longer on the page: then keys go nowhere, and a screen reader begins at the top again. */
export function hasLostFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}
