import type { z } from 'zod'
import type {
  accountView,
  heldRoleView,
  personView,
  roleHistoryView,
  sessionView,
  signedInView,
} from '../../../src/accounts/views.ts'
import type { actView, failedJobView, queueView } from '../../../src/admin/views.ts'
import type { findingView, inspectedClosingView } from '../../../src/chat/inspection-views.ts'
import type {
  ackView,
  banView,
  closingView,
  invitationView,
  memberView,
  messagePageView,
  messageView,
  myRoomView,
  namedClosingView,
  oneRoomView,
  roomView,
} from '../../../src/chat/views.ts'
import type { Receipt } from '../../../src/ledger/receipt.ts'
import type { pictureView } from '../../../src/media/contract.ts'
import type { notificationView } from '../../../src/notifications/views.ts'
import type { foundPersonView, listedPersonView, personPageView } from '../../../src/people/views.ts'
import type { commentView, likeView, likingView, postView, sharedPostView } from '../../../src/timeline/views.ts'

/** What the API answers, from the schemas that the server checks itself against. Types alone: no code of the server is in the client. */

export type { Code, InputFault } from '../../../src/platform/errors.ts'
export type { ServerFrame } from '../../../src/chat/server-frames.ts'

export type Account = z.output<typeof accountView>
export type Session = z.output<typeof sessionView>
export type SignedIn = z.output<typeof signedInView>
/** Somebody as admins see them. */
export type HeldRole = z.output<typeof heldRoleView>
export type RoleHistory = z.output<typeof roleHistoryView>
export type Person = z.output<typeof personView>
export type PersonPage = z.output<typeof personPageView>
export type FoundPerson = z.output<typeof foundPersonView>
export type ListedPerson = z.output<typeof listedPersonView>
export type Picture = z.output<typeof pictureView>
export type Post = z.output<typeof postView>
/** A post as the stream tells it: the same for everybody, so without whether I like it. */
export type SharedPost = z.output<typeof sharedPostView>
export type Comment = z.output<typeof commentView>
export type Liking = z.output<typeof likingView>
export type Like = z.output<typeof likeView>
export type Room = z.output<typeof roomView>
export type MyRoom = z.output<typeof myRoomView>
export type RoomAndMe = z.output<typeof oneRoomView>
export type Member = z.output<typeof memberView>
export type Ban = z.output<typeof banView>
export type Invitation = z.output<typeof invitationView>
export type Message = z.output<typeof messageView>
/** A page of messages; `page.before` or `page.after` is what to ask for next in the same direction. */
export type MessagePage = z.output<typeof messagePageView>
export type Ack = z.output<typeof ackView>
/** As admins list them. */
export type NamedClosing = z.output<typeof namedClosingView>
export type Closing = z.output<typeof closingView>
/** With all that is known of it. */
export type InspectedClosing = z.output<typeof inspectedClosingView>
/** A row of a closed room that is not as it was acknowledged. */
export type Finding = z.output<typeof findingView>
/** Something that was done by the power of a role. */
export type Act = z.output<typeof actView>
export type Queue = z.output<typeof queueView>
export type FailedJob = z.output<typeof failedJobView>
export type Notification = z.output<typeof notificationView>

export type { Receipt }
/** A receipt as it is answered: what counts is signed in `jws`, `content` is the same for reading. */
export interface SignedReceipt {
  jws: string
  content: unknown
}
export interface KeySet {
  keys: (JsonWebKey & { kid: string })[]
}

/** One page of a list; the end is the absence of `next`. */
export interface Page<Item> {
  items: Item[]
  page: { next?: string; prev?: string }
}
/** A page that can be joined live, without hole or double: the stream is opened, or read on, from this place. */
export type LivePage<Item> = Page<Item> & { stream: string }
