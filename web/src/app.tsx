import lazy, { ErrorBoundary } from 'preact-iso/lazy'
import { LocationProvider, Route, Router } from 'preact-iso/router'
import { NotFound } from './shell/not-found.tsx'
import { Shell } from './shell/shell.tsx'

/** The map of the client: which address shows what. Each part comes when it is first looked at. */

const Timeline = lazy(() => import('./timeline/timeline-page.tsx').then((part) => part.TimelinePage))
const PostPage = lazy(() => import('./timeline/post-page.tsx').then((part) => part.PostPage))
const PersonPage = lazy(() => import('./people/person-page.tsx').then((part) => part.PersonPage))
const Rooms = lazy(() => import('./rooms/rooms-page.tsx').then((part) => part.RoomsPage))
const RoomPage = lazy(() => import('./rooms/room-page.tsx').then((part) => part.RoomPage))
const ReceiptPage = lazy(() => import('./rooms/receipt-page.tsx').then((part) => part.ReceiptPage))
const Notifications = lazy(() =>
  import('./notifications/notifications-page.tsx').then((part) => part.NotificationsPage),
)
const Settings = lazy(() => import('./accounts/settings-page.tsx').then((part) => part.SettingsPage))
const Admin = lazy(() => import('./admin/admin-page.tsx').then((part) => part.AdminPage))

export function App() {
  return (
    <LocationProvider>
      <Shell>
        <ErrorBoundary>
          <Router>
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
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </Shell>
    </LocationProvider>
  )
}
