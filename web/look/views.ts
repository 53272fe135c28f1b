/** Ids of what the demo data hold. */
export interface Things {
  room: string
  closedRoom: string
  /** Closed, and quarantined. */
  damagedRoom: string
  /** With pictures and comments. */
  post: string
}

/** A view of the client that is looked at in every way: by axe, for shifts of its layout, on screenshots. */
export interface View {
  name: string
  /** A demo account; undefined for somebody who is not signed in. */
  who?: 'alice' | 'bob' | 'admin'
  path: (things: Things) => string
  /** What stands on the page when it shows what it is for (a selector of Playwright). */
  shows: string
  /** What is pressed on it, one after the other, to come to what it shows: a menu, a dialog. */
  opens?: readonly string[]
  /** What the browser says of an answer that the view is there for. */
  says?: RegExp
}

const openMenu = '.menu:popover-open'

/** The main views. Which words they show is in src/commands/seed/demo-content.ts. */
export const views: readonly View[] = [
  { name: 'welcome', path: () => '/', shows: '.welcome-promise' },
  { name: 'sign-in', path: () => '/sign-in', shows: 'form' },
  { name: 'sign-up', path: () => '/sign-up', shows: 'form' },
  { name: 'new-password', path: () => `/new-password#alice.${'x'.repeat(43)}`, shows: 'form' },
  { name: 'timeline', who: 'bob', path: () => '/', shows: '.post[data-post]' },
  { name: 'following', who: 'bob', path: () => '/feeds/following', shows: '.post[data-post]' },
  { name: 'area', who: 'bob', path: () => '/feeds/area', shows: '.post[data-post]' },
  {
    name: 'no-area',
    who: 'admin',
    path: () => '/feeds/area',
    shows: '.timeline .state',
    says: /422 .*\/v1\/timeline\b/,
  },
  { name: 'popular', who: 'bob', path: () => '/feeds/popular', shows: '.timeline :is(.post[data-post], .state)' },
  { name: 'post', who: 'bob', path: ({ post }) => `/posts/${post}`, shows: '.post[data-post]' },
  { name: 'tag', who: 'bob', path: () => `/tags/${encodeURIComponent('마당')}`, shows: '.post[data-post]' },
  { name: 'tag-of-nothing', who: 'bob', path: () => '/tags/never_written', shows: '.timeline .state' },
  { name: 'person', who: 'bob', path: () => '/people/alice', shows: '.person-head-name' },
  { name: 'own-page', who: 'admin', path: () => '/people/admin', shows: '.person-head-name' },
  {
    name: 'nobody',
    who: 'bob',
    path: () => '/people/nobody_here',
    shows: '.state',
    says: /404 .*\/v1\/people\/nobody_here\b/,
  },
  { name: 'followers', who: 'bob', path: () => '/people/alice/followers', shows: '.person-list li' },
  { name: 'rooms', who: 'alice', path: () => '/rooms', shows: '.room-card-head' },
  { name: 'room', who: 'alice', path: ({ room }) => `/rooms/${room}`, shows: '.message-main' },
  { name: 'receipt', who: 'alice', path: ({ closedRoom }) => `/rooms/${closedRoom}/receipt`, shows: '.receipt-paper' },
  { name: 'notifications', who: 'alice', path: () => '/notifications', shows: '.notification' },
  { name: 'settings', who: 'bob', path: () => '/settings', shows: 'main form' },
  { name: 'settings-people', who: 'bob', path: () => '/settings/people', shows: '.settings-section' },
  { name: 'settings-security', who: 'bob', path: () => '/settings/security', shows: '.sessions li' },
  { name: 'settings-appearance', who: 'bob', path: () => '/settings/appearance', shows: '.settings-part input' },
  { name: 'settings-about', who: 'bob', path: () => '/settings/about', shows: '.about-facts' },
  { name: 'admin', who: 'admin', path: () => '/admin', shows: '.people-list li' },
  { name: 'admin-closings', who: 'admin', path: () => '/admin/closings', shows: '.closing-row' },
  {
    name: 'admin-quarantine',
    who: 'admin',
    path: ({ damagedRoom }) => `/admin/closings/${damagedRoom}`,
    shows: '.finding',
  },
  {
    name: 'admin-closing',
    who: 'admin',
    path: ({ closedRoom }) => `/admin/closings/${closedRoom}`,
    shows: '.closing-table',
  },
  { name: 'admin-jobs', who: 'admin', path: () => '/admin/jobs', shows: '.failed-job' },
  { name: 'admin-audit', who: 'admin', path: () => '/admin/audit', shows: '.act' },
  { name: 'admin-refused', who: 'bob', path: () => '/admin', shows: '.state' },
  { name: 'not-found', who: 'bob', path: () => '/no/such/page', shows: '.state' },
  {
    name: 'post-menu',
    who: 'bob',
    path: ({ post }) => `/posts/${post}`,
    opens: ['.post [aria-haspopup=menu]'],
    shows: openMenu,
  },
  {
    name: 'lightbox',
    who: 'bob',
    path: ({ post }) => `/posts/${post}`,
    opens: ['.picture-grid-open'],
    shows: 'dialog.lightbox img',
  },
  { name: 'likers', who: 'bob', path: () => '/', opens: ['.post-count'], shows: 'dialog .likers li' },
  {
    name: 'block-question',
    who: 'bob',
    path: () => '/people/alice',
    opens: ['.person-head [aria-haspopup=menu]', `${openMenu} .menu-item-danger`],
    shows: 'dialog .button-danger',
  },
  {
    name: 'room-to-open',
    who: 'alice',
    path: () => '/rooms',
    opens: ['.page-head .button-main'],
    shows: 'dialog form',
  },
  {
    name: 'room-settings',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: ['.room-head [aria-haspopup=menu]', `${openMenu} .menu-item`],
    shows: 'dialog form',
  },
  {
    name: 'room-to-close',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: ['.room-head [aria-haspopup=menu]', `${openMenu} .menu-item-danger`],
    shows: 'dialog .order-close',
  },
]
