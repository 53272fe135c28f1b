/** How somebody's browser is set: nothing of it is chosen in the client itself. */
export interface Looks {
  language?: 'ko' | 'en'
  theme?: 'light' | 'dark'
  /** Of the window; below 600 it is a phone, with touch. */
  width?: number
  height?: number
  isMotionReduced?: boolean
}

export type Size = 'phone' | 'desk'

export function sizeOf({ width = 1280 }: Looks): Size {
  return width < 600 ? 'phone' : 'desk'
}

/** The options of a browser context (Playwright) that looks so. */
export function settingsFor({ language = 'en', theme = 'light', width = 1280, height, isMotionReduced = true }: Looks) {
  const isPhone = sizeOf({ width }) === 'phone'
  return {
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    timezoneId: 'Asia/Seoul',
    colorScheme: theme,
    reducedMotion: isMotionReduced ? ('reduce' as const) : ('no-preference' as const),
    viewport: { width, height: height ?? (isPhone ? 780 : 900) },
    isMobile: isPhone,
    hasTouch: isPhone,
  }
}

/** A phone and a desk, light and dark, Korean and English: all that every view is looked at in. */
export const allLooks: readonly Required<Pick<Looks, 'language' | 'theme' | 'width'>>[] = [360, 1280].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    (['ko', 'en'] as const).map((language) => ({ language, theme, width })),
  ),
)

/** All that a view is looked at in. */
export function looksOf({ only }: { only?: Size }): typeof allLooks {
  return allLooks.filter((looks) => only === undefined || only === sizeOf(looks))
}
