import type { Page } from 'playwright-core'
import type { Size } from './looks.ts'

/** Ids of what the demo data hold. */
export interface Things {
  room: string
  closedRoom: string
  /** Open, and bob has no seat there. */
  strangeRoom: string
  /** Alice's, opened a moment ago. */
  emptyRoom: string
  /** Closed, and quarantined. */
  damagedRoom: string
  /** Carol's, with pictures and comments. */
  post: string
}

/** A view of the client that is looked at: a page, or something that happens on one. */
export interface View {
  name: string
  /** A demo account; undefined for somebody who is not signed in. */
  who?: 'alice' | 'bob' | 'carol' | 'admin'
  path: (things: Things) => string
  /** How what surrounds the page is before it comes: an answer that fails, a state that lasts no longer than a moment. */
  before?: (page: Page) => Promise<unknown>
  /** What is pressed on it, one after the other, or done in another way, to come to what it shows: a menu, a dialog. */
  opens?: readonly (string | ((page: Page) => Promise<unknown>))[]
  /** What stands on the page when it shows what it is for (a selector of Playwright). */
  shows: string
  /** It answers what was pressed, and may take its time: that what is below makes room for it is no shift. */
  isAnswer?: true
  /** Where there is such a thing only on a phone, or only at a desk. */
  only?: Size
  /** What the browser says of an answer that the view is there for. */
  says?: RegExp
}
