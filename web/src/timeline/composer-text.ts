import { texts } from '../text/index.ts'

export const text = texts({
  en: {
    say: 'What is new in your courtyard?',
    text: 'Text of the post',
    addArea: 'Add an area',
    removeArea: 'Remove the area',
    areaLabel: 'Area',
    post: 'Post',
    waitingForPictures: 'Sending pictures…',
    emptyDraft: 'Write something or add a picture.',
    pictureFailed: 'A picture could not be sent. Try it again or take it out.',
    posted: 'Posted',
    show: 'Show',
    postedBefore:
      'Your post was already sent a moment ago, as it was then. Post again to send the new words as another post.',
    unknownOutcome: 'No answer came. Post again: it appears only once.',
  },
  ko: {
    say: '마당에 무슨 일이 있나요?',
    text: '글 내용',
    addArea: '동네 추가',
    removeArea: '동네 빼기',
    areaLabel: '동네',
    post: '올리기',
    waitingForPictures: '사진을 올리는 중…',
    emptyDraft: '글을 쓰거나 사진을 넣어 주세요.',
    pictureFailed: '올리지 못한 사진이 있어요. 다시 시도하거나 빼 주세요.',
    posted: '글을 올렸어요',
    show: '보기',
    postedBefore: '조금 전에 보낸 글이 이미 올라갔어요. 고친 내용을 새 글로 올리려면 한 번 더 눌러 주세요.',
    unknownOutcome: '응답을 받지 못했어요. 다시 올려도 글은 하나만 올라가요.',
  },
})
