import { openedViews } from './opened-views.ts'
import { toldViews } from './told-views.ts'
import { troubledViews } from './troubled-views.ts'
import type { View } from './view.ts'

/** The pages, by their addresses. Which words they show is in src/commands/seed/demo-content.ts. */
const pages: readonly View[] = [
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
  { name: 'room-empty', who: 'alice', path: ({ emptyRoom }) => `/rooms/${emptyRoom}`, shows: '.room-empty' },
  { name: 'room-closed', who: 'bob', path: ({ closedRoom }) => `/rooms/${closedRoom}`, shows: '.message-main' },
  {
    name: 'room-door',
    who: 'bob',
    path: ({ strangeRoom }) => `/rooms/${strangeRoom}`,
    shows: '.room-instead .button-main',
  },
  { name: 'receipt', who: 'alice', path: ({ closedRoom }) => `/rooms/${closedRoom}/receipt`, shows: '.receipt-paper' },
  {
    name: 'receipt-open',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}/receipt`,
    shows: '.state',
    says: /404 .*\/closing\b/,
  },
  {
    name: 'receipt-outside',
    who: 'bob',
    path: ({ strangeRoom }) => `/rooms/${strangeRoom}/receipt`,
    shows: '.state',
    says: /40[34] .*\/closing\b/,
  },
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
]

/** All that is looked at in every way: by axe, for shifts of its layout, on screenshots. */
export const views: readonly View[] = [...pages, ...openedViews, ...troubledViews, ...toldViews]
