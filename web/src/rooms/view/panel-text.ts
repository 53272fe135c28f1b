import { format, texts } from '../../text/index.ts'

export const panelText = texts({
  en: {
    here: (count: number) => `Here now · ${format.value.number(count)}`,
    away: (count: number) => `Have a seat · ${format.value.number(count)}`,
    more: 'More people',
    mentor: 'Mentor',
    hasWord: 'Has the word',
    about: (name: string) => `About ${name}`,
  },
  ko: {
    here: (count: number) => `지금 있는 사람 · ${format.value.number(count)}`,
    away: (count: number) => `자리가 있는 사람 · ${format.value.number(count)}`,
    more: '더 보기',
    mentor: '멘토',
    hasWord: '발언권',
    about: (name: string) => `${name}님 메뉴`,
  },
})
