import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import { App } from './app.tsx'
import { startLanguage } from './text/language.ts'

startLanguage()

const root = document.getElementById('madang')
if (root !== null) render(<App />, root)
