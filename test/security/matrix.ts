import { randomUUIDv7 } from 'node:crypto'
import { pictureForm } from './things.ts'
import type { Kind, Parts } from './things.ts'

/** Statuses for nobody, member, mentor, admin, and a member and an admin whom the owner has blocked. */
type Columns = string

/** What a route answers to whom. */
export interface Row {
  about?: Kind
  /** JSON, or a form. Given what the path is about. */
  body?: (parts: Parts) => unknown
  /** Asked by somebody who is not needed afterwards. */
  endsSession?: boolean
  /** About nothing in particular. */
  all?: Columns
  /** The asker's own. */
  own?: Columns
  /** Alice's, who has blocked the last two askers. */
  others?: Columns
  /** Of something that is not there; nobody finds it unless this says otherwise. */
  missing?: Columns
}

const everybody = '200 200 200 200 200 200'
const signedIn = '401 200 200 200 200 200'
const admins = '401 403 403 200 403 200'
export const notFound = '401 404 404 404 404 404'

const notThere = '401 403 403 404 403 404'

const password = 'correct horse battery'
let accounts = 0
const newAccount = () => ({ username: `newcomer_${(accounts += 1)}`, password, tokens: 'body' })

/** One row for each route of the server: a route without a row fails the test. */
export const matrix: Readonly<Record<string, Row>> = {
  'GET /livez': { all: everybody },
  'GET /readyz': { all: everybody },
  'GET /metrics': { all: everybody },
  'GET /openapi.json': { all: everybody },
  'GET /openapi/:file': { about: 'part', own: everybody, others: everybody, missing: '404 404 404 404 404 404' },
  'GET /asyncapi.json': { all: everybody },
  'GET /docs': { all: everybody },
  'GET /docs/live': { all: everybody },
  'GET /docs/:file': { about: 'file', own: everybody, others: everybody, missing: '404 404 404 404 404 404' },
  'GET /.well-known/jwks.json': { all: everybody },
  'GET /v1/socket': { all: '426 426 426 426 426 426' },

  'POST /v1/accounts': { body: newAccount, all: '201 201 201 201 201 201' },
  'POST /v1/sessions': {
    body: () => ({ username: 'alice', password, tokens: 'body' }),
    all: '201 201 201 201 201 201',
  },
  'POST /v1/sessions/by-ticket': {
    body: () => ({ ticket: 'none', newPassword: password }),
    all: '401 401 401 401 401 401',
  },
  'POST /v1/sessions/refresh': { body: () => ({ refreshToken: 'none' }), all: '401 401 401 401 401 401' },
  'GET /v1/sessions': { all: signedIn },
  'DELETE /v1/sessions/current': { endsSession: true, all: '401 204 204 204 204 204' },
  'DELETE /v1/sessions/:id': { about: 'session', own: '401 204 204 204 204 204', others: '401 404 404 404 404 404' },
  'POST /v1/socket-tickets': { all: signedIn },
  'GET /v1/me': { all: signedIn },
  'PATCH /v1/me': { body: () => ({ language: 'en' }), all: signedIn },
  'PUT /v1/me/password': {
    endsSession: true,
    body: () => ({ currentPassword: password, newPassword: password }),
    all: '401 204 204 204 204 204',
  },
  'PUT /v1/me/picture': {
    about: 'picture',
    body: ({ id }) => ({ media: id }),
    own: '401 204 204 204 204 204',
    others: '401 422 422 422 422 422',
    missing: '401 422 422 422 422 422',
  },
  'DELETE /v1/me/picture': { all: '401 204 204 204 204 204' },
  'POST /v1/media': { body: pictureForm, all: '401 201 201 201 201 201' },
  'GET /v1/media/:id': { about: 'picture', own: signedIn, others: notFound },
  'GET /v1/me/blocks': { all: signedIn },
  'GET /v1/me/mutes': { all: signedIn },
  'GET /v1/me/rooms': { all: signedIn },
  'GET /v1/admin/people': { all: '401 403 403 200 403 200' },
  'GET /v1/admin/people/:username': {
    about: 'person',
    own: admins,
    others: admins,
    missing: '401 403 403 404 403 404',
  },
  'PUT /v1/admin/people/:username/role': {
    about: 'person',
    endsSession: true,
    body: () => ({ role: 'member' }),
    own: admins,
    others: admins,
    missing: '401 403 403 404 403 404',
  },

  'GET /v1/stream': { all: signedIn },
  'GET /v1/people': { all: signedIn },
  'GET /v1/people/:username': { about: 'person', own: signedIn, others: '401 200 200 200 404 404' },
  'GET /v1/people/:username/posts': { about: 'person', own: signedIn, others: '401 200 200 200 404 404' },
  'GET /v1/people/:username/followers': { about: 'person', own: signedIn, others: '401 200 200 200 404 404' },
  'GET /v1/people/:username/following': { about: 'person', own: signedIn, others: '401 200 200 200 404 404' },
  'PUT /v1/people/:username/follow': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 404 404',
  },
  'DELETE /v1/people/:username/follow': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 204 204',
  },
  'PUT /v1/people/:username/mute': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 204 204',
  },
  'DELETE /v1/people/:username/mute': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 204 204',
  },
  'PUT /v1/people/:username/block': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 204 204',
  },
  'DELETE /v1/people/:username/block': {
    about: 'person',
    own: '401 422 422 422 422 422',
    others: '401 204 204 204 204 204',
  },

  'GET /v1/notifications': { all: signedIn },
  'POST /v1/notifications/read': { body: () => ({ upTo: '1' }), all: signedIn },
  'GET /v1/timeline': { all: signedIn },
  'POST /v1/posts': { body: () => ({ text: '안녕하세요' }), all: '401 201 201 201 201 201' },
  'GET /v1/posts/:id': { about: 'post', own: signedIn, others: '401 200 200 200 404 200' },
  'PATCH /v1/posts/:id': {
    about: 'post',
    body: () => ({ text: '다시' }),
    own: signedIn,
    others: '401 403 403 403 404 403',
  },
  'DELETE /v1/posts/:id': { about: 'post', own: '401 204 204 204 204 204', others: '401 403 403 204 404 204' },
  'PUT /v1/posts/:id/like': { about: 'post', own: signedIn, others: '401 200 200 200 404 403' },
  'DELETE /v1/posts/:id/like': { about: 'post', own: signedIn, others: '401 200 200 200 404 200' },
  'GET /v1/posts/:id/likes': { about: 'post', own: signedIn, others: '401 200 200 200 404 200' },
  'GET /v1/posts/:id/comments': { about: 'post', own: signedIn, others: '401 200 200 200 404 200' },
  'POST /v1/posts/:id/comments': {
    about: 'post',
    body: () => ({ text: '반가워요' }),
    own: '401 201 201 201 201 201',
    others: '401 201 201 201 404 403',
  },
  'GET /v1/comments/:id': { about: 'comment', own: signedIn, others: '401 200 200 200 404 404' },
  'PATCH /v1/comments/:id': {
    about: 'comment',
    body: () => ({ text: '다시' }),
    own: signedIn,
    others: '401 403 403 403 404 403',
  },
  'DELETE /v1/comments/:id': { about: 'comment', own: '401 204 204 204 204 204', others: '401 403 403 204 404 204' },

  'GET /v1/rooms': { all: signedIn },
  'POST /v1/rooms': { body: () => ({ name: '마당', seats: 5 }), all: '401 403 201 201 403 201' },
  'GET /v1/rooms/:id': { about: 'room', own: signedIn, others: '401 200 200 200 404 200' },
  'PATCH /v1/rooms/:id': {
    about: 'room',
    body: () => ({ topic: '이야기' }),
    own: '401 403 200 200 403 200',
    others: '401 403 403 200 404 200',
  },
  'PUT /v1/rooms/:id/members/me': { about: 'room', own: signedIn, others: '401 200 200 200 404 200' },
  'DELETE /v1/rooms/:id/members/me': {
    about: 'room',
    own: '401 204 409 409 204 409',
    others: '401 204 204 204 404 204',
  },
  'GET /v1/rooms/:id/members': { about: 'room', own: signedIn, others: '401 404 404 200 404 200' },
  'GET /v1/rooms/:id/people': { about: 'room', own: signedIn, others: '401 404 404 200 404 200' },
  'DELETE /v1/rooms/:id/members/:username': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'PUT /v1/rooms/:id/members/:username/word': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'DELETE /v1/rooms/:id/members/:username/word': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'GET /v1/rooms/:id/bans': { about: 'room', own: '401 403 200 200 403 200', others: '401 403 403 200 404 200' },
  'PUT /v1/rooms/:id/bans/:username': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'DELETE /v1/rooms/:id/bans/:username': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'GET /v1/rooms/:id/invitations': { about: 'room', own: '401 403 200 200 403 200', others: '401 403 403 200 404 200' },
  'POST /v1/rooms/:id/invitations': {
    about: 'room',
    body: () => ({ username: 'carol' }),
    own: '401 403 201 201 403 201',
    others: '401 403 403 201 404 201',
  },
  'DELETE /v1/rooms/:id/invitations/:username': {
    about: 'seat',
    own: '401 403 204 204 403 204',
    others: '401 403 403 204 404 204',
  },
  'GET /v1/rooms/:id/messages': { about: 'room', own: signedIn, others: '401 404 404 200 404 200' },
  'POST /v1/rooms/:id/messages': {
    about: 'room',
    body: () => ({ id: randomUUIDv7(), body: '안녕' }),
    own: '401 201 201 201 201 201',
    others: '401 403 403 403 404 403',
  },
  'POST /v1/rooms/:id/close': { about: 'room', own: '401 403 202 202 403 202', others: '401 403 403 202 404 202' },
  'GET /v1/rooms/:id/closing': { about: 'closedRoom', own: signedIn, others: '401 404 404 200 404 200' },
  'GET /v1/rooms/:id/receipt': { about: 'closedRoom', own: signedIn, others: '401 404 404 200 404 200' },
  'GET /v1/rooms/:id/transcript': { about: 'closedRoom', own: signedIn, others: '401 404 404 200 404 200' },
  'GET /v1/admin/closings': { all: admins },
  'GET /v1/admin/closings/:id': { about: 'closedRoom', own: admins, others: admins, missing: notThere },
  'GET /v1/admin/closings/:id/findings': { about: 'closedRoom', own: admins, others: admins, missing: notThere },
  'GET /v1/admin/closings/:id/evidence': { about: 'closedRoom', own: admins, others: admins, missing: notThere },
  'PUT /v1/admin/closings/:id/acceptance': {
    about: 'closedRoom',
    body: () => ({ note: '그대로 둬요' }),
    own: '401 403 403 409 403 409',
    others: '401 403 403 409 403 409',
    missing: notThere,
  },
  'POST /v1/admin/closings/:id/retry': {
    about: 'closedRoom',
    own: '401 403 403 409 403 409',
    others: '401 403 403 409 403 409',
    missing: '401 403 403 404 403 404',
  },

  'GET /v1/admin/audit': { all: admins },
  'GET /v1/admin/audit/export': { all: admins },
  'GET /v1/admin/queues': { all: admins },
  'GET /v1/admin/queues/:name/failed': { about: 'queue', own: admins, others: admins, missing: notThere },
  'POST /v1/admin/queues/:name/failed/:job/retry': {
    about: 'queue',
    own: notThere,
    others: notThere,
    missing: notThere,
  },
}
