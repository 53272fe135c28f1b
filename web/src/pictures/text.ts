import { counted, texts } from '../text/index.ts'

export const text = texts({
  en: {
    open: (alt: string, place: number) => (alt === '' ? `Picture ${place}, enlarge` : `${alt} – enlarge`),
    more: (count: number) => `${counted(count, 'more picture', 'more pictures')}`,
    processing: 'Almost ready',
    failed: 'This picture cannot be shown',
  },
  ko: {
    open: (alt, place) => (alt === '' ? `사진 ${place} 크게 보기` : `${alt} – 크게 보기`),
    more: (count) => `사진 ${count}장 더`,
    processing: '사진을 준비하고 있어요',
    failed: '사진을 불러올 수 없어요',
  },
})
