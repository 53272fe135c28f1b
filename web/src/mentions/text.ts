import { counted, texts } from '../text/index.ts'

export const text = texts({
  en: {
    whoIsMeant: 'People to mention',
    found: (count: number) => `${counted(count, 'person', 'people')} found. Up and down to choose, Enter to take.`,
  },
  ko: {
    whoIsMeant: '언급할 사람',
    found: (count: number) => `${count}명을 찾았어요. 위아래 화살표로 고르고 Enter로 넣어요.`,
  },
})
