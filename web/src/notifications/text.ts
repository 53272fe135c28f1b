import { texts } from '../text/index.ts'

export const text = texts({
  en: {
    title: 'Notifications',
    fresh: 'New',
    earlier: 'Earlier',
    empty: 'Nothing here yet',
    emptyHint: 'When somebody comments, likes, mentions you or follows you, you will find it here.',
    toTimeline: 'To the timeline',
  },
  ko: {
    title: '알림',
    fresh: '새 알림',
    earlier: '지난 알림',
    empty: '아직 알림이 없어요',
    emptyHint: '댓글이 달리거나 누군가 좋아하고, 언급하고, 팔로우하면 여기에서 알려 드려요.',
    toTimeline: '타임라인으로 가기',
  },
})
