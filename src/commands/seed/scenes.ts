import sharp from 'sharp'

/** Pictures for the demo posts, drawn here: they are nobody's, and need no file. Each is a photo of its size as an upload: a JPEG. */

interface Scene {
  width: number
  height: number
  /** Elements of an SVG of this size. */
  drawn: string
}

function sky(id: string, colours: readonly string[]): string {
  const stops = colours.map(
    (colour, index) => `<stop offset="${index / (colours.length - 1)}" stop-color="${colour}"/>`,
  )
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`
}

const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => draw(i)).join('')

/** The courtyard in the morning: a tiled roof, a wall, bedding on the line. */
const courtyard: Scene = {
  width: 1600,
  height: 1067,
  drawn: `<defs>${sky('a', ['#bcd9ea', '#f3e6cf', '#f7d9b0'])}</defs>
    <rect width="1600" height="1067" fill="url(#a)"/><circle cx="1240" cy="240" r="110" fill="#fff3d6" opacity="0.9"/>
    <path d="M0 520 Q300 430 620 500 T1200 480 T1600 520 V1067 H0Z" fill="#9db5a0"/>
    <path d="M-60 640 Q800 760 1660 640 L1450 450 Q800 540 150 450Z" fill="#3f444c"/>
    ${times(33, (i) => `<path d="M${150 + i * 40.6} ${452 + 44 * Math.sin((i / 32) * Math.PI)} L${-60 + i * 53.7} ${642 + 58 * Math.sin((i / 32) * Math.PI)}" stroke="#5b616c" stroke-width="8"/>`)}
    <path d="M140 452 Q800 540 1460 452" stroke="#2f333a" stroke-width="26" fill="none"/>
    <rect x="60" y="690" width="1480" height="240" fill="#efe2cb"/>${times(6, (i) => `<rect x="${i * 290 + 40}" y="690" width="26" height="240" fill="#7b5537"/>`)}
    <rect y="915" width="1600" height="152" fill="#cdb592"/>
    <path d="M90 730 Q800 800 1510 730" stroke="#6d5b4b" stroke-width="5" fill="none"/>
    ${['#e98b73', '#f6f1e7', '#7fa7b8', '#f1c768'].map((colour, i) => `<path d="M${300 + i * 260} ${757 + (i % 3 === 0 ? 0 : 6)} h190 l-14 210 q-85 20 -166 0z" fill="${colour}"/>`).join('')}`,
}

/** Salt bread on a board. */
const bread: Scene = {
  width: 1200,
  height: 1200,
  drawn: `<defs>${sky('b', ['#e9dccb', '#d9c3a6'])}<radialGradient id="c"><stop offset="0" stop-color="#f4c877"/><stop offset="0.75" stop-color="#cf8b3c"/><stop offset="1" stop-color="#9d5d22"/></radialGradient></defs>
    <rect width="1200" height="1200" fill="url(#b)"/><rect x="130" y="330" width="940" height="620" rx="60" fill="#8a5f3c"/><rect x="150" y="345" width="900" height="560" rx="50" fill="#a87549"/>
    ${[
      [420, 520, -18],
      [760, 500, 12],
      [470, 730, 8],
      [800, 740, -10],
    ]
      .map(
        ([
          x = 0,
          y = 0,
          turn = 0,
        ]) => `<g transform="translate(${x} ${y}) rotate(${turn})"><ellipse cy="26" rx="180" ry="92" fill="#5d3b20" opacity="0.4"/><ellipse rx="178" ry="92" fill="url(#c)"/>
      ${times(5, (i) => `<path d="M${-110 + i * 55} -70 q18 70 0 142" stroke="#b8732f" stroke-width="9" fill="none" opacity="0.7"/>`)}
      ${times(16, (i) => `<circle cx="${((i * 53) % 210) - 105}" cy="${((i * 37) % 90) - 50}" r="5" fill="#fffaf0"/>`)}</g>`,
      )
      .join('')}`,
}

/** Persimmons before an autumn sky, upright. */
const persimmons: Scene = {
  width: 1080,
  height: 1440,
  drawn: `<defs>${sky('d', ['#5f9fd0', '#a9d0e6', '#e6f0ee'])}<radialGradient id="e" cx="0.4" cy="0.35"><stop offset="0" stop-color="#ffb45e"/><stop offset="1" stop-color="#dd6a1e"/></radialGradient></defs>
    <rect width="1080" height="1440" fill="url(#d)"/><path d="M-20 260 Q420 330 640 560 T1120 900" stroke="#4d3a2c" stroke-width="34" fill="none"/><path d="M480 420 Q620 330 900 330" stroke="#4d3a2c" stroke-width="20" fill="none"/>
    ${[
      [330, 520, 100],
      [560, 720, 116],
      [800, 900, 104],
      [870, 450, 92],
      [180, 400, 78],
    ]
      .map(
        ([
          x = 0,
          y = 0,
          r = 0,
        ]) => `<path d="M${x} ${y - r} v-70" stroke="#4d3a2c" stroke-width="10"/><ellipse cx="${x}" cy="${y}" rx="${r}" ry="${r * 0.9}" fill="url(#e)"/>
      <path d="M${x - r * 0.5} ${y - r * 0.8} q${r * 0.5} -${r * 0.4} ${r} 0 q-${r * 0.5} ${r * 0.5} -${r} 0z" fill="#61763c"/>`,
      )
      .join('')}`,
}

/** Roofs of the neighbourhood at dusk. */
const dusk: Scene = {
  width: 1600,
  height: 900,
  drawn: `<defs>${sky('f', ['#2b3a67', '#7a5c8e', '#e08e79', '#f6c58f'])}</defs><rect width="1600" height="900" fill="url(#f)"/>
    <path d="M0 520 L260 330 L480 470 L760 280 L1040 480 L1300 350 L1600 500 V900 H0Z" fill="#463a5e"/>
    ${times(
      13,
      (
        i,
      ) => `<path d="M${i * 130 - 30} ${640 + (i % 3) * 40} l75 -60 l75 60 v260 h-150z" fill="${i % 2 === 0 ? '#2a2440' : '#352c4c'}"/>
      <rect x="${i * 130 + 20}" y="${690 + (i % 3) * 40}" width="26" height="34" fill="${i % 4 === 1 ? '#2f2744' : '#ffd98a'}"/>`,
    )}`,
}

export type SceneName = 'courtyard' | 'bread' | 'persimmons' | 'dusk'

export type Photographs = Readonly<Record<SceneName, Buffer>>

export async function takePhotographs(): Promise<Photographs> {
  return {
    courtyard: await photographOf(courtyard),
    bread: await photographOf(bread),
    persimmons: await photographOf(persimmons),
    dusk: await photographOf(dusk),
  }
}

function photographOf({ width, height, drawn }: Scene): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn}</svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 82 }).toBuffer()
}
