import { counted, format, texts } from '../text/index.ts'

const namesInEnglish: Readonly<Record<string, string>> = {
  'close-rooms': 'Closing rooms',
  'flush-rooms': 'Storing messages',
  'render-pictures': 'Rendering pictures',
}
const namesInKorean: Readonly<Record<string, string>> = {
  'close-rooms': '방 닫기',
  'flush-rooms': '메시지 저장',
  'render-pictures': '그림 만들기',
}
const subjectsInEnglish: Readonly<Record<string, string>> = { room: 'Room', picture: 'Picture' }
const subjectsInKorean: Readonly<Record<string, string>> = { room: '방', picture: '그림' }

export const text = texts({
  en: {
    intro:
      'A job only rings for a worker: what is lost here is found by the sweepers, and what is rung twice is done once.',
    board: 'All about the queues',
    queue: (name: string) => namesInEnglish[name] ?? name,
    waiting: 'Waiting',
    active: 'Under way',
    delayed: 'Again later',
    failed: 'Failed',
    paused: 'Paused',
    oldest: (at: string) => `The oldest waits since ${format.value.dateTime(at)}`,
    failedJobs: (count: number) => counted(count, 'failed job', 'failed jobs'),
    about: (what: string, id: number) => `${subjectsInEnglish[what] ?? what} ${id}`,
    attempts: (count: number) => counted(count, 'attempt', 'attempts'),
    retry: 'Try again',
    retryOf: (id: string) => `Try again: job ${id}`,
    retried: 'The job waits again',
    request: (id: string) => `request ${id}`,
    noFailed: 'Nothing has failed within a day.',
  },
  ko: {
    intro: '작업은 일꾼을 부르는 종일 뿐이에요. 잃어버린 일은 청소부가 찾고, 두 번 울려도 한 번만 해요.',
    board: '큐 자세히 보기',
    queue: (name: string) => namesInKorean[name] ?? name,
    waiting: '기다림',
    active: '하는 중',
    delayed: '나중에 다시',
    failed: '실패',
    paused: '멈춤',
    oldest: (at: string) => `가장 오래된 것은 ${format.value.dateTime(at)}부터 기다려요`,
    failedJobs: (count: number) => `실패한 작업 ${format.value.number(count)}개`,
    about: (what: string, id: number) => `${subjectsInKorean[what] ?? what} ${id}번`,
    attempts: (count: number) => `${format.value.number(count)}번 시도`,
    retry: '다시 시도',
    retryOf: (id: string) => `다시 시도: 작업 ${id}`,
    retried: '작업이 다시 기다려요',
    request: (id: string) => `요청 ${id}`,
    noFailed: '하루 안에 실패한 작업이 없어요.',
  },
})
