import { counted, texts } from '../../text/index.ts'

/** What is said of messages that were refused, apart from their room. */
export const text = texts({
  en: {
    title: 'Not sent',
    hint: 'These were refused, and nobody but you has them. They stay on this device for 30 days.',
    somewhere: 'To its room',
    pictures: (count: number) => counted(count, 'picture', 'pictures'),
    copy: 'Copy the text',
    copied: 'Copied',
    discard: 'Discard',
  },
  ko: {
    title: '보내지 못한 메시지',
    hint: '서버가 받지 않은 메시지예요. 다른 사람에게는 보이지 않고, 이 기기에 30일 동안 남아 있어요.',
    somewhere: '그 방으로 가기',
    pictures: (count: number) => `사진 ${count}장`,
    copy: '글 복사',
    copied: '복사했어요',
    discard: '버리기',
  },
})
