import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import { App, startPart } from './app.tsx'
import { startArrivals } from './shell/arrival.ts'
import { startLive } from './shell/live.ts'
import { startRecovery } from './shell/recovery.ts'
import { startSession } from './shell/session-life.ts'
import { startUnread } from './shell/unread.ts'
import { startLanguage } from './text/language.ts'
import { startFocusKeeper } from './ui/focus-keeper.ts'
import { startTheme } from './ui/theme.ts'

startLanguage()
startTheme()
startArrivals()
startFocusKeeper()
startSession()
startPart()
startLive()
startRecovery()
startUnread()

const root = document.getElementById('madang')
if (root !== null) render(<App />, root)
