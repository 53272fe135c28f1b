import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router'
import { ErrorBoundary } from 'preact-iso/lazy'
import { arrive } from './shell/arrival.ts'
import { Door } from './shell/door.tsx'
import { fetchLive } from './shell/live.ts'
import { MishapBoundary } from './shell/mishap.tsx'
import { NotFound } from './shell/not-found.tsx'
import { part } from './shell/part.tsx'
import { api } from './shell/session.ts'
import { Announcer } from './ui/announcer.tsx'
import { ConfirmArea } from './ui/confirm.tsx'
import { ToastArea } from './ui/toast-area.tsx'

/** The map of the client: which address shows what. Each part comes when it is first looked at. */

const Timeline = part(() => import('./timeline/timeline-page.tsx').then((module) => module.TimelinePage))
const PostPage = part(() => import('./timeline/post-page.tsx').then((module) => module.PostPage))
const PersonPage = part(() => import('./people/person-page.tsx').then((module) => module.PersonPage))
const Rooms = part(() => {
  fetchLive()
  return import('./rooms/rooms-page.tsx').then((module) => module.RoomsPage)
})
const RoomPage = part(() => {
  fetchLive()
  return import('./rooms/room-page.tsx').then((module) => module.RoomPage)
})
const ReceiptPage = part(() => import('./rooms/receipt-page.tsx').then((module) => module.ReceiptPage))
const Notifications = part(() =>
  import('./notifications/notifications-page.tsx').then((module) => module.NotificationsPage),
)
const Settings = part(() => import('./accounts/settings-page.tsx').then((module) => module.SettingsPage))
const Admin = part(() => import('./admin/admin-page.tsx').then((module) => module.AdminPage))
const Arrive = part(() => import('./accounts/arrive.tsx').then((module) => module.Arrive))
const Welcome = part(() => import('./accounts/welcome-page.tsx').then((module) => module.WelcomePage))
const SignIn = part(() => import('./accounts/sign-in-page.tsx').then((module) => module.SignInPage))
const NewPassword = part(() => import('./accounts/new-password-page.tsx').then((module) => module.NewPasswordPage))
const SignUp = part(() => import('./accounts/sign-up-page.tsx').then((module) => module.SignUpPage))

/** Addresses of the same site that are not the client's: the API, its documents, pictures, the queues. */
const clientsOwn = /^\/(?!v1\/|docs\b|media\/|admin\/queues|openapi\/|(?:openapi|asyncapi)\.json|\.well-known\/)/

export function App() {
  return (
    <LocationProvider scope={clientsOwn}>
      <Door members={<MemberPages />} visitors={<VisitorPages />} />
      <ConfirmArea />
      <ToastArea />
      <Announcer />
    </LocationProvider>
  )
}

/** What members come to, by address. */
const memberPages = {
  '/': Timeline,
  '/feeds/:feed': Timeline,
  '/tags/:tag': Timeline,
  '/posts/:id': PostPage,
  '/people/:username': PersonPage,
  '/people/:username/:list': PersonPage,
  '/rooms': Rooms,
  '/rooms/:id': RoomPage,
  '/rooms/:id/receipt': ReceiptPage,
  '/notifications': Notifications,
  '/settings': Settings,
  '/settings/:part': Settings,
  '/admin': Admin,
  '/admin/:part': Admin,
  '/admin/:part/:id': Admin,
  '/sign-in': Arrive,
  '/sign-up': Arrive,
  '/new-password': NewPassword,
}

/**
 * Once, when the page is first shown: its part comes while the server is still asked who is signed in here, if anybody is. Behind the first paint and in
 * a task of its own, for asking for a dozen of files takes as long as drawing a post.
 */
export function startPart(): void {
  if (api.session.isThere === false) return
  const found = Object.entries(memberPages).find(([path]) => patternOf(path).test(location.pathname))
  requestAnimationFrame(() => setTimeout(() => void found?.[1].preload()))
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`)
}

function MemberPages() {
  const { url } = useLocation()
  return (
    <MishapBoundary address={url}>
      <ErrorBoundary>
        <Router onRouteChange={arrive}>
          {/* Without a key: a page stays as it is where another address of its own is shown. */}
          {/* oxlint-disable-next-line react/jsx-key */}
          {Object.entries(memberPages).map(([path, component]) => (
            <Route path={path} component={component} />
          ))}
          <Route default component={NotFound} />
        </Router>
      </ErrorBoundary>
    </MishapBoundary>
  )
}

function VisitorPages() {
  const { url } = useLocation()
  return (
    <MishapBoundary address={url}>
      <ErrorBoundary>
        <Router onRouteChange={arrive}>
          <Route path="/" component={Welcome} />
          <Route path="/sign-up" component={SignUp} />
          <Route path="/new-password" component={NewPassword} />
          <Route default component={SignIn} />
        </Router>
      </ErrorBoundary>
    </MishapBoundary>
  )
}
