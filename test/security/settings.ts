const generous = 100_000

/** Limits that are not what these tests are about. */
export const generousLimits = {
  ROOMS_PER_MENTOR: 10_000,
  POSTS_PER_HOUR: generous,
  COMMENTS_PER_HOUR: generous,
  EDITS_PER_HOUR: generous,
  LIKES_PER_MINUTE: generous,
  RELATIONS_PER_MINUTE: generous,
  PEOPLE_SEARCHES_PER_MINUTE: generous,
  STREAM_OPENS_PER_MINUTE: generous,
  STREAMS_PER_ACCOUNT: generous,
  MEDIA_UPLOADS_PER_HOUR: generous,
  INVITATIONS_PER_MINUTE: generous,
  CLOSINGS_PER_MINUTE: generous,
  ADMIN_EXPORTS_PER_MINUTE: generous,
}
