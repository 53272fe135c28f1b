/** The class names that apply, for `class`: `classes('card', isQuiet && 'card-quiet')`. */
export function classes(...names: (string | false | undefined)[]): string {
  return names.filter((name) => name !== false && name !== undefined && name !== '').join(' ')
}
