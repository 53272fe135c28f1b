import { texts } from '../text/index.ts'

export const text = texts({
  en: {
    lightbox: 'Pictures',
    previous: 'Previous picture',
    next: 'Next picture',
    close: 'Close',
    place: (place: number, count: number) => `${place} of ${count}`,
    original: 'Open as a file',
  },
  ko: {
    lightbox: '사진 보기',
    previous: '이전 사진',
    next: '다음 사진',
    close: '닫기',
    place: (place, count) => `${count}장 중 ${place}번째`,
    original: '파일로 열기',
  },
})
