import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router'
import { ErrorBoundary } from 'preact-iso/lazy'
import { arrive } from './shell/arrival.ts'
import { Door } from './shell/door.tsx'
import { MishapBoundary } from './shell/mishap.tsx'
import { NotFound } from './shell/not-found.tsx'
import { part } from './shell/part.tsx'
import { Announcer } from './ui/announcer.tsx'
import { ConfirmArea } from './ui/confirm.tsx'
import { ToastArea } from './ui/toast-area.tsx'

/** The map of the client: which address shows what. Each part comes when it is first looked at. */

const Timeline = part(() => import('./timeline/timeline-page.tsx').then((module) => module.TimelinePage))
const PostPage = part(() => import('./timeline/post-page.tsx').then((module) => module.PostPage))
const PersonPage = part(() => import('./people/person-page.tsx').then((module) => module.PersonPage))
const Rooms = part(() => import('./rooms/rooms-page.tsx').then((module) => module.RoomsPage))
const RoomPage = part(() => import('./rooms/room-page.tsx').then((module) => module.RoomPage))
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

function MemberPages() {
  const { url } = useLocation()
  return (
    <MishapBoundary address={url}>
      <ErrorBoundary>
        <Router onRouteChange={arrive}>
          <Route path="/" component={Timeline} />
          <Route path="/feeds/:feed" component={Timeline} />
          <Route path="/tags/:tag" component={Timeline} />
          <Route path="/posts/:id" component={PostPage} />
          <Route path="/people/:username" component={PersonPage} />
          <Route path="/people/:username/:list" component={PersonPage} />
          <Route path="/rooms" component={Rooms} />
          <Route path="/rooms/:id" component={RoomPage} />
          <Route path="/rooms/:id/receipt" component={ReceiptPage} />
          <Route path="/notifications" component={Notifications} />
          <Route path="/settings" component={Settings} />
          <Route path="/settings/:part" component={Settings} />
          <Route path="/admin" component={Admin} />
          <Route path="/admin/:part" component={Admin} />
          <Route path="/admin/:part/:id" component={Admin} />
          <Route path="/sign-in" component={Arrive} />
          <Route path="/sign-up" component={Arrive} />
          <Route path="/new-password" component={NewPassword} />
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
