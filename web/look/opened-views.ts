import sharp from 'sharp'
import type { View } from './view.ts'

const openMenu = '.menu:popover-open'
const entry = (place: number): string => `${openMenu} .menu-item >> nth=${place}`
const menuOfPost = '.post [aria-haspopup=menu]'
const menuOfRoom = '.room-head [aria-haspopup=menu]'

/** What stands on a page once it is asked for: menus, dialogs, what comes while one writes. */
export const openedViews: readonly View[] = [
  {
    name: 'post-menu',
    who: 'bob',
    path: ({ post }) => `/posts/${post}`,
    opens: [menuOfPost],
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
    opens: [menuOfRoom, `${openMenu} .menu-item`],
    shows: 'dialog form',
  },
  {
    name: 'room-to-close',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [menuOfRoom, `${openMenu} .menu-item-danger`],
    shows: 'dialog .order-close',
  },
  {
    name: 'mentions',
    who: 'bob',
    path: () => '/',
    opens: [(page) => page.locator('.composer textarea').pressSequentially('@a')],
    shows: '.mention-option',
  },
  {
    name: 'post-editor',
    who: 'carol',
    path: ({ post }) => `/posts/${post}`,
    opens: [menuOfPost, entry(1)],
    shows: 'dialog .tray-tile',
  },
  {
    name: 'post-to-delete',
    who: 'carol',
    path: ({ post }) => `/posts/${post}`,
    opens: [menuOfPost, `${openMenu} .menu-item-danger`],
    shows: 'dialog .button-danger',
  },
  {
    name: 'describe',
    who: 'carol',
    path: ({ post }) => `/posts/${post}`,
    opens: [menuOfPost, entry(1), '.tray-tile [aria-haspopup=dialog]'],
    shows: 'dialog .describe',
  },
  {
    name: 'picture-crop',
    who: 'bob',
    path: () => '/settings',
    opens: [async (page) => page.locator('.picture-setting input[type=file]').setInputFiles(await pictureFile())],
    shows: 'dialog .picture-crop-view',
  },
  {
    name: 'message-reacting',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [(page) => page.locator('.message').last().press('+')],
    shows: '.message-emoji',
  },
  {
    name: 'message-replying',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [(page) => page.locator('.message').last().press('r')],
    shows: '.room-composer-bar',
  },
  {
    name: 'room-people',
    who: 'alice',
    only: 'phone',
    path: ({ room }) => `/rooms/${room}`,
    opens: ['.room-head-people'],
    isAnswer: true,
    shows: 'dialog .room-panel-people li',
  },
  {
    name: 'room-invitations',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [menuOfRoom, entry(1)],
    isAnswer: true,
    shows: 'dialog .order-invite',
  },
  {
    name: 'room-bans',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [menuOfRoom, entry(2)],
    isAnswer: true,
    shows: 'dialog .state',
  },
  {
    name: 'room-shortcuts',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [menuOfRoom, entry(3)],
    shows: 'dialog .room-shortcuts',
  },
  {
    name: 'receipt-verified',
    who: 'alice',
    path: ({ closedRoom }) => `/rooms/${closedRoom}/receipt`,
    opens: ['.receipt-part:has(.receipt-hint) > .button'],
    isAnswer: true,
    shows: '.receipt-verdict',
  },
  {
    name: 'admin-role',
    who: 'admin',
    path: () => '/admin',
    opens: ['.people-list li > .button'],
    isAnswer: true,
    shows: 'dialog .role-sheet',
  },
]

async function pictureFile(): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const create = { width: 600, height: 400, channels: 3, background: '#7a9a76' } as const
  return { name: 'yard.png', mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
}
