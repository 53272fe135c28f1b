import { readFileSync } from 'node:fs'
import test from 'ava'

/** Colors by name, as `tokens.css` gives them to light and dark. */
type Palette = ReadonlyMap<string, string>

const source = readFileSync(new URL('../../web/src/styles/tokens.css', import.meta.url), 'utf8')
const pairs = [...source.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)]
const palettes: readonly (readonly ['light' | 'dark', Palette])[] = [
  ['light', new Map(pairs.map(([, name = '', light = '']) => [name, light]))],
  ['dark', new Map(pairs.map(([, name = '', , dark = '']) => [name, dark]))],
]

const grounds = ['paper', 'paper-sunken', 'surface', 'surface-raised', 'surface-hover', 'surface-pressed']
const written = ['ink', 'ink-soft', 'ink-muted']
const links = ['pine', 'pine-hover', 'danger']
const marks: readonly (readonly [string, string])[] = [
  ['on-pine', 'pine'],
  ['on-pine', 'pine-hover'],
  ['on-pine-soft', 'pine-soft'],
  ['on-persimmon', 'persimmon'],
  ['on-persimmon-soft', 'persimmon-soft'],
  ['on-giwa-soft', 'giwa-soft'],
  ['on-danger', 'danger'],
  ['on-danger', 'danger-hover'],
  ['on-danger-soft', 'danger-soft'],
  ['on-warning-soft', 'warning-soft'],
]

for (const [theme, palette] of palettes) {
  const color = (name: string): string => {
    const found = palette.get(name)
    if (found === undefined) throw new Error(`no color is named ${name}`)
    return found
  }

  test(`in ${theme}, all that is written can be read on every ground`, (t) => {
    for (const ground of grounds) {
      for (const ink of written) atLeast(t, { theme, ink, ground }, 4.5)
    }
    for (const ground of ['paper', 'surface', 'surface-raised']) {
      for (const ink of [...links, 'persimmon', 'giwa']) atLeast(t, { theme, ink, ground }, 4.5)
    }
    for (const [ink, ground] of marks) atLeast(t, { theme, ink, ground }, 4.5)
  })

  test(`in ${theme}, edges of controls and the ring of the focus stand out`, (t) => {
    for (const ground of ['paper', 'paper-sunken', 'surface', 'surface-raised']) {
      for (const ink of ['line-strong', 'focus']) atLeast(t, { theme, ink, ground }, 3)
    }
  })

  function atLeast(t: { true(is: boolean, message: string): unknown }, { ink, ground }: Pair, least: number): void {
    const contrast = contrastOf(color(ink), color(ground))
    t.true(contrast >= least, `${theme}: ${ink} on ${ground} has a contrast of ${contrast.toFixed(2)}, not ${least}`)
  }
}

interface Pair {
  theme: string
  ink: string
  ground: string
}

/** WCAG 2.2, contrast ratio. */
function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminanceOf(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
